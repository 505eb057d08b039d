//! Which addresses are of the public internet, and which are somebody's own.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What is wrong with an address that is not of the public internet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Inward {
    /// What it is.
    pub(super) what: &'static str,
    /// Whether an exception for a name is enough to go there. What no server of one's own is found at needs one for the
    /// address itself: whoever answers for the name must not choose it.
    pub(super) by_name: bool,
}

const LOOPBACK: Inward = Inward { what: "an address of this machine", by_name: true };
const PRIVATE: Inward = Inward { what: "an address of a private network", by_name: true };
const CARRIER: Inward = Inward { what: "an address behind a carrier", by_name: true };
const LINK: Inward = Inward { what: "a link-local address", by_name: false };
const METADATA: Inward = Inward { what: "where a cloud gives out credentials", by_name: false };
const GROUP: Inward = Inward { what: "an address of many", by_name: false };
const RESERVED: Inward = Inward { what: "a reserved address", by_name: false };

/// What is wrong with an address; nothing if it is of the public internet.
pub(super) fn inward(address: IpAddr) -> Option<Inward> {
    match address {
        IpAddr::V4(address) => v4(address),
        IpAddr::V6(address) => v6(address),
    }
}

fn v4(address: Ipv4Addr) -> Option<Inward> {
    Some(match address.octets() {
        // AWS and its like, Alibaba, Oracle, Azure (which stands among public addresses).
        [169, 254, 169, 254] | [100, 100, 100, 200] | [192, 0, 0, 192] | [168, 63, 129, 16] => METADATA,
        [127, ..] => LOOPBACK,
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => PRIVATE,
        [100, 64..=127, ..] => CARRIER,
        [169, 254, ..] => LINK,
        [224..=239, ..] | [255, 255, 255, 255] => GROUP,
        // "This network", protocol assignments, documentation, relays, benchmarks, and what was never given out.
        [0 | 240..=255, ..]
        | [192, 0, 0 | 2, _]
        | [192, 88, 99, _]
        | [198, 18 | 19, ..]
        | [198, 51, 100, _]
        | [203, 0, 113, _] => RESERVED,
        _ => return None,
    })
}

fn v6(address: Ipv6Addr) -> Option<Inward> {
    Some(match address.segments() {
        [0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x0254] | [0xfd20, 0x00ce, 0, 0, 0, 0, 0, 0x0254] => METADATA,
        [0, 0, 0, 0, 0, 0, 0, 1] => LOOPBACK,
        // IPv4 in other clothes: mapped, translated, and tunnelled (6to4) addresses are what is inside.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x0064, 0xff9b, 0, 0, 0, 0, high, low] => {
            return v4(embedded(high, low));
        }
        [0x2002, high, low, ..] => return v4(embedded(high, low)),
        [0xfc00..=0xfdff | 0xfec0..=0xfeff, ..] => PRIVATE,
        [0xfe80..=0xfebf, ..] => LINK,
        [0xff00..=0xffff, ..] => GROUP,
        // Protocol assignments with Teredo among them, whose addresses hide two others; documentation.
        [0x2001, 0..=0x01ff | 0x0db8, ..] | [0x3fff, 0..=0x0fff, ..] => RESERVED,
        [0x2000..=0x3fff, ..] => return None,
        // An eighth of the space was given out. The rest, old IPv4-compatible addresses among it, leads nowhere.
        _ => RESERVED,
    })
}

fn embedded(high: u16, low: u16) -> Ipv4Addr {
    Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_edges_of_every_range() {
        let inwards = [
            ("127.0.0.1 127.255.255.255 ::1 ::ffff:127.0.0.1 64:ff9b::7f00:1 2002:7f00:1::", LOOPBACK),
            ("10.0.0.0 10.255.255.255 172.16.0.0 172.31.255.255 192.168.0.0 192.168.255.255", PRIVATE),
            ("::ffff:10.1.2.3 64:ff9b::a00:1 2002:c0a8:101::1 fc00:: fdff:ffff::1 fec0::1", PRIVATE),
            ("100.64.0.0 100.127.255.255 ::ffff:100.64.0.1", CARRIER),
            ("169.254.0.0 169.254.255.255 fe80:: febf:ffff::1 ::ffff:169.254.1.1", LINK),
            ("169.254.169.254 ::ffff:169.254.169.254 64:ff9b::a9fe:a9fe 2002:a9fe:a9fe::", METADATA),
            ("100.100.100.200 192.0.0.192 168.63.129.16 fd00:ec2::254 fd20:ce::254", METADATA),
            ("224.0.0.0 239.255.255.255 255.255.255.255 ff00:: ff02::1 ffff::", GROUP),
            ("0.0.0.0 0.255.255.255 192.0.0.1 192.0.2.1 192.88.99.1 198.18.0.0 198.19.255.255", RESERVED),
            ("198.51.100.7 203.0.113.255 240.0.0.0 255.255.255.254", RESERVED),
            (
                ":: ::2 ::7f00:1 ::ffff:0:7f00:1 64:ff9b:1::7f00:1 100::1 2001::1 2001:0:4136:e378::1",
                RESERVED,
            ),
            (
                "2001:10::1 2001:1ff:: 2001:db8::1 3fff::1 3fff:fff:: 4000::1 5f00::1 1fff::1 fe00::1",
                RESERVED,
            ),
        ];
        for (addresses, expected) in inwards {
            for address in addresses.split(' ') {
                assert_eq!(inward(address.parse().unwrap()), Some(expected), "{address}");
            }
        }
        for address in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "128.0.0.0",
            "126.255.255.255",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.0.3.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2000::",
            "2001:200::",
            "2606:4700::1111",
            "3ffe:ffff::",
            "3fff:1000::",
            "::ffff:1.1.1.1",
            "64:ff9b::101:101",
            "2002:101:101::",
        ] {
            assert_eq!(inward(address.parse().unwrap()), None, "{address}");
        }
    }
}
