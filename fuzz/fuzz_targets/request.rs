#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| aigw_fuzz::request(input));
