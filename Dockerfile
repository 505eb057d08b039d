# The gateway in an image that holds the program, the certificates and a directory to write to: nothing else.
# The base is named by tag; pin it by digest where you build for others.
FROM rust:1.95.0-alpine AS build
# The image's own toolchain, instead of what rust-toolchain.toml would fetch for developers.
ENV RUSTUP_TOOLCHAIN=1.95.0
RUN apk add --no-cache build-base ca-certificates
WORKDIR /src
COPY Cargo.toml Cargo.lock ./
COPY src ./src
# Cargo wants to see the targets that Cargo.toml names; they are not built.
RUN mkdir -p tests/it tests/bench/memory data/config \
    && touch tests/it/main.rs tests/bench/figures.rs tests/bench/memory/main.rs tests/bench/chains.rs README.md
# On Alpine the host is musl, and what it builds is static.
RUN cargo build --locked --release --bin aigw

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /src/target/release/aigw /aigw
COPY --from=build --chown=65532:65532 /src/data /data
ENV AIGW_CONFIG_DIR=/data/config AIGW_DATA_DIR=/data
USER 65532:65532
VOLUME ["/data"]
EXPOSE 8787
HEALTHCHECK --interval=30s --timeout=5s --start-period=5s --retries=3 CMD ["/aigw", "serve", "--check"]
ENTRYPOINT ["/aigw"]
# Off its own loopback it wants to know who may ask: AIGW_SERVE_KEY_FILE, or keys made by `aigw key create`.
CMD ["serve", "--addr", "0.0.0.0"]
