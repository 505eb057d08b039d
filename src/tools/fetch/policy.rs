//! Where one may go: the checks of an address as it is written, and of what it leads to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

use super::FetchError;
use super::address::inward;

/// Where web servers are. Elsewhere is somebody's database.
const PORTS: &[u16] = &[80, 443, 8080, 8443];
/// The longest address that is fetched.
const LONGEST: usize = 4096;

/// Where one may go.
#[derive(Debug, Clone)]
pub struct Policy {
    exceptions: Vec<Exception>,
    pub(super) ports: Vec<u16>,
}

impl Default for Policy {
    fn default() -> Self {
        Self { exceptions: Vec::new(), ports: PORTS.to_vec() }
    }
}

/// Somewhere that is not public and where one may go all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Exception {
    to: Place,
    /// Only this port; if none is said, those where web servers are.
    port: Option<u16>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    /// A name, in lower case and without a dot at its end.
    Named(String),
    /// The addresses that share the first so many bits.
    Network(IpAddr, u8),
}

/// Somewhere to go, as far as it can be said without asking anybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    /// The host as it is asked for.
    pub(super) host: String,
    pub(super) port: u16,
    /// The addresses, where no resolver has to be asked.
    pub(super) addresses: Option<Vec<IpAddr>>,
}

impl Policy {
    /// The public internet, and besides it what these name: `127.0.0.1:8080`, `10.0.0.0/8`, `myhost.lan`. The error says
    /// which one cannot be meant, and why.
    pub fn with_exceptions(entries: &[String]) -> Result<Self, (usize, String)> {
        let read = |(index, entry): (usize, &String)| Exception::read(entry).map_err(|error| (index, error));
        let exceptions = entries.iter().enumerate().map(read).collect::<Result<_, _>>()?;
        Ok(Self { exceptions, ..Self::default() })
    }

    /// Checks an address as it is written.
    pub(super) fn target(&self, url: &Url) -> Result<Target, FetchError> {
        if !["http", "https"].contains(&url.scheme()) {
            return Err(FetchError::Scheme(url.scheme().to_owned()));
        }
        if url.as_str().len() > LONGEST {
            return Err(FetchError::Address("it is too long".into()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(FetchError::Credentials);
        }
        let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
            return Err(FetchError::Address("it names no host".into()));
        };
        if !self.ports.contains(&port) && self.exceptions.iter().all(|exception| exception.port != Some(port))
        {
            return Err(FetchError::Port(port));
        }
        let (host, addresses) = match host {
            Host::Ipv4(address) => (address.to_string(), Some(vec![address.into()])),
            Host::Ipv6(address) => (address.to_string(), Some(vec![address.into()])),
            Host::Domain(name) => {
                let name = plain(name);
                // Whatever a resolver says of it: the name means this machine.
                let here = name == "localhost" || name.ends_with(".localhost");
                let loopback = || vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
                (name, here.then(loopback))
            }
        };
        if host.is_empty() {
            return Err(FetchError::Address("it names no host".into()));
        }
        Ok(Target { host, port, addresses })
    }

    /// Those of a host's addresses that one may connect to. One that leads inward without an exception speaks against all
    /// of them, unless it is this machine, which has two addresses and may have but one exception.
    pub(super) fn allowed(&self, target: &Target, addresses: &[IpAddr]) -> Result<Vec<IpAddr>, FetchError> {
        let checked = addresses.iter().map(|address| self.check(target, *address).map(|()| *address));
        if target.addresses.is_some() {
            let mut refused = None;
            let may: Vec<_> =
                checked.filter_map(|one| one.map_err(|error| refused = Some(error)).ok()).collect();
            return match refused {
                Some(error) if may.is_empty() => Err(error),
                _ => Ok(may),
            };
        }
        checked.collect()
    }

    fn check(&self, target: &Target, address: IpAddr) -> Result<(), FetchError> {
        let inward = inward(address);
        let usual = self.ports.contains(&target.port);
        let excepted = self.exceptions.iter().any(|exception| {
            exception.port.map_or(usual, |port| port == target.port)
                && match &exception.to {
                    Place::Named(name) => *name == target.host && inward.is_none_or(|inward| inward.by_name),
                    Place::Network(network, bits) => contains(*network, *bits, address),
                }
        });
        match inward {
            _ if excepted => Ok(()),
            _ if !usual => Err(FetchError::Port(target.port)),
            Some(inward) => Err(FetchError::Inward { host: target.host.clone(), what: inward.what }),
            None => Ok(()),
        }
    }
}

impl Exception {
    fn read(entry: &str) -> Result<Self, String> {
        let entry = entry.trim();
        let (place, port) = parts(entry)?;
        if let Some((network, bits)) = place.split_once('/') {
            let network: IpAddr = network.parse().map_err(|_| format!("`{network}` is not an address"))?;
            let most = if network.is_ipv4() { 32 } else { 128 };
            let bits: u8 = bits
                .parse()
                .ok()
                .filter(|bits| *bits <= most)
                .ok_or("the part after `/` is not a number of bits")?;
            let first = masked(network, bits).checked_shl(u32::from(most - bits)).unwrap_or(0);
            if first != masked(network, most) {
                return Err(format!("the network /{bits} does not begin at {network}"));
            }
            return Ok(Self { to: Place::Network(network, bits), port });
        }
        if let Ok(address) = place.parse::<IpAddr>() {
            let bits = if address.is_ipv4() { 32 } else { 128 };
            return Ok(Self { to: Place::Network(address, bits), port });
        }
        // As in an address, so that names in other scripts meet.
        match Host::parse(&place) {
            Ok(Host::Domain(name)) if !plain(&name).is_empty() => Ok(Self { to: Place::Named(plain(&name)), port }),
            _ => Err("expected an address, a network or a name, such as `127.0.0.1:8080`, `10.0.0.0/8` or `myhost.lan`".into()),
        }
    }
}

/// An entry's place and its port.
fn parts(entry: &str) -> Result<(String, Option<u16>), String> {
    let port = |text: &str| {
        let port = text.parse().ok().filter(|port| *port != 0);
        port.ok_or_else(|| format!("`{text}` is not a port"))
    };
    if let Some(rest) = entry.strip_prefix('[') {
        let (address, rest) = rest.split_once(']').ok_or("a `]` is missing")?;
        return match rest.strip_prefix(':') {
            Some(number) => Ok((address.to_owned(), Some(port(number)?))),
            None if rest.is_empty() => Ok((address.to_owned(), None)),
            None => Err("after `]` comes nothing or `:` and a port".into()),
        };
    }
    match entry.split_once(':') {
        // An IPv6 address without brackets has more than one.
        Some((place, number)) if !number.contains(':') => Ok((place.to_owned(), Some(port(number)?))),
        _ => Ok((entry.to_owned(), None)),
    }
}

/// A name as it is compared.
fn plain(name: &str) -> String {
    name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase()
}

fn contains(network: IpAddr, bits: u8, address: IpAddr) -> bool {
    let address = if network.is_ipv4() { address.to_canonical() } else { address };
    network.is_ipv4() == address.is_ipv4() && masked(network, bits) == masked(address, bits)
}

/// The first bits of an address.
fn masked(address: IpAddr, bits: u8) -> u128 {
    let (number, width) = match address {
        IpAddr::V4(address) => (u128::from(address.to_bits()), 32),
        IpAddr::V6(address) => (address.to_bits(), 128),
    };
    number.checked_shr(width - u32::from(bits)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(entries: &[&str]) -> Policy {
        Policy::with_exceptions(&entries.iter().map(|&entry| entry.to_owned()).collect::<Vec<_>>()).unwrap()
    }

    fn may(policy: &Policy, url: &str, resolved: &[&str]) -> Result<usize, FetchError> {
        let target = policy.target(&Url::parse(url).unwrap())?;
        let resolved: Vec<IpAddr> = resolved.iter().map(|address| address.parse().unwrap()).collect();
        let addresses = target.addresses.clone().unwrap_or(resolved);
        policy.allowed(&target, &addresses).map(|allowed| allowed.len())
    }

    #[test]
    fn exceptions_open_what_they_name_and_no_more() {
        let here = policy(&["127.0.0.1:8080"]);
        assert_eq!(may(&here, "http://127.0.0.1:8080/", &[]).unwrap(), 1);
        assert_eq!(may(&here, "http://localhost:8080/", &[]).unwrap(), 1);
        assert_eq!(may(&here, "http://dev.example:8080/", &["127.0.0.1"]).unwrap(), 1);
        assert_eq!(may(&here, "http://[::ffff:127.0.0.1]:8080/", &[]).unwrap(), 1);
        for url in
            ["http://127.0.0.1/", "http://127.0.0.2:8080/", "http://[::1]:8080/", "http://127.0.0.1:8443/"]
        {
            assert!(matches!(may(&here, url, &[]), Err(FetchError::Inward { .. })), "{url}");
        }
        assert!(matches!(
            may(&here, "http://dev.example:8080/", &["127.0.0.1", "10.0.0.1"]),
            Err(FetchError::Inward { .. })
        ));

        let odd = policy(&["10.0.0.0/8:5000", "[fd00::1]:81"]);
        assert_eq!(may(&odd, "http://10.9.8.7:5000/", &[]).unwrap(), 1);
        assert_eq!(may(&odd, "http://[fd00::1]:81/", &[]).unwrap(), 1);
        assert!(matches!(may(&odd, "http://1.1.1.1:5000/", &[]), Err(FetchError::Port(5000))));
        assert!(matches!(may(&odd, "http://10.9.8.7/", &[]), Err(FetchError::Inward { .. })));

        let named = policy(&["MyHost.lan.", "bücher.example:81"]);
        assert_eq!(may(&named, "http://myhost.lan/", &["192.168.1.2", "fd00::2"]).unwrap(), 2);
        assert_eq!(may(&named, "http://myhost.lan.:8443/", &["192.168.1.2"]).unwrap(), 1);
        assert_eq!(may(&named, "http://BÜCHER.example:81/", &["10.0.0.1"]).unwrap(), 1);
        for (url, address) in [
            ("http://myhost.lan/", "169.254.169.254"),
            ("http://myhost.lan/", "100.100.100.200"),
            ("http://other.lan/", "192.168.1.2"),
            ("http://sub.myhost.lan/", "192.168.1.2"),
        ] {
            assert!(
                matches!(may(&named, url, &[address]), Err(FetchError::Inward { .. })),
                "{url} {address}"
            );
        }
        assert_eq!(may(&policy(&["0.0.0.0/0", "::/0"]), "http://169.254.169.254/", &[]).unwrap(), 1);
    }

    #[test]
    fn exceptions_that_cannot_be_meant() {
        for (entry, what) in [
            ("", "expected"),
            ("10.0.0.0/33", "bits"),
            ("10.0.0.1/8", "does not begin"),
            ("x/8", "not an address"),
            ("127.0.0.1:0", "port"),
            ("127.0.0.1:99999", "port"),
            ("[::1", "missing"),
            ("[::1]8080", "after `]`"),
            ("http://127.0.0.1", "port"),
            ("a b", "expected"),
        ] {
            let (index, error) = Policy::with_exceptions(&["::1".to_owned(), entry.to_owned()]).unwrap_err();
            assert!(index == 1 && error.contains(what), "{entry}: {error}");
        }
    }
}
