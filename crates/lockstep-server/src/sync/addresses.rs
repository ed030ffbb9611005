//! Which addresses of the network this server may call on somebody's behalf.
//!
//! Whoever may type a server's address could otherwise make this server ask its own machine, its neighbours or the cloud's
//! metadata service. The rule looks at the address that is really dialled, whatever name or spelling led to it.
//!
//! Source: IANA's special-purpose address registries (RFC 6890); the metadata addresses are those the clouds document.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Ports that Azure DevOps is served on, and the ones in use beside them. This machine's own may be any.
const PORTS: [u16; 7] = [80, 443, 8080, 8081, 8088, 8443, 9443];

/// What an address is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressKind {
    /// Anywhere on the internet.
    Public,
    /// A private network.
    Private,
    /// This machine.
    Loopback,
    /// Nothing to talk HTTP to: link-local, metadata, multicast, unspecified, reserved.
    Never,
}

/// What may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AddressRule {
    /// Private networks too.
    pub allows_private: bool,
    /// This machine too.
    pub allows_loopback: bool,
    /// Nothing public: for plain http, where the token travels in the clear.
    pub forbids_public: bool,
}

impl AddressRule {
    /// Whether an address may be dialled.
    pub fn allows(self, address: IpAddr) -> bool {
        match kind_of(address) {
            AddressKind::Public => !self.forbids_public,
            AddressKind::Private => self.allows_private,
            AddressKind::Loopback => self.allows_loopback,
            AddressKind::Never => false,
        }
    }

    /// The rule for a port: on one that is not of the web, this machine alone.
    pub fn on_port(self, port: u16) -> Self {
        if PORTS.contains(&port) {
            return self;
        }
        Self {
            allows_private: false,
            forbids_public: true,
            ..self
        }
    }
}

/// What an address is, with those that are wrapped in another unwrapped.
pub fn kind_of(address: IpAddr) -> AddressKind {
    match address {
        IpAddr::V4(address) => kind_of_v4(address),
        IpAddr::V6(address) => match wrapped_v4(address) {
            Some(address) => kind_of_v4(address),
            None => kind_of_v6(address),
        },
    }
}

fn kind_of_v4(address: Ipv4Addr) -> AddressKind {
    // Azure's host agent and Alibaba's metadata service have addresses that look like others.
    const METADATA: [Ipv4Addr; 2] = [Ipv4Addr::new(168, 63, 129, 16), Ipv4Addr::new(100, 100, 100, 200)];
    let [a, b, c, _] = address.octets();
    match (a, b, c) {
        _ if METADATA.contains(&address) => AddressKind::Never,
        (127, ..) => AddressKind::Loopback,
        (10, ..) | (172, 16..=31, _) | (192, 168, _) | (100, 64..=127, _) => AddressKind::Private,
        (0 | 224..=255, ..) | (169, 254, _) | (192, 0, 0) | (192, 0, 2) | (192, 88, 99) => AddressKind::Never,
        (198, 18..=19, _) | (198, 51, 100) | (203, 0, 113) => AddressKind::Never,
        _ => AddressKind::Public,
    }
}

fn kind_of_v6(address: Ipv6Addr) -> AddressKind {
    const METADATA: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);
    let [first, second, ..] = address.segments();
    match first {
        _ if address == METADATA => AddressKind::Never,
        _ if address.is_loopback() => AddressKind::Loopback,
        0xfc00..=0xfdff => AddressKind::Private,
        // Documentation and the other special blocks below 2001:200::.
        0x2001 if second < 0x0200 || second == 0x0db8 => AddressKind::Never,
        // Only 2000::/3 is given out; link-local, multicast and the unspecified address lie outside of it.
        0x2000..=0x3ffe => AddressKind::Public,
        _ => AddressKind::Never,
    }
}

/// The IPv4 address inside an IPv6 one: mapped, compatible, NAT64, 6to4.
fn wrapped_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let v4 = |high: u16, low: u16| Ipv4Addr::from(u32::from(high) << 16 | u32::from(low));
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => None,
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] => Some(v4(high, low)),
        [0, 0, 0, 0, 0xffff, 0, high, low] => Some(v4(high, low)),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x64, 0xff9b, 1, _, _, _, high, low] => Some(v4(high, low)),
        [0x2002, high, low, ..] => Some(v4(high, low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(address: &str, expected: AddressKind) {
        assert_eq!(kind_of(address.parse().unwrap()), expected, "{address}");
    }

    #[test]
    fn every_block_is_known_for_what_it_is() {
        for address in [
            "13.107.42.20",
            "8.8.8.8",
            "172.15.0.1",
            "172.32.0.1",
            "100.63.0.1",
            "2620:1ec:4::1",
        ] {
            check(address, AddressKind::Public);
        }
        for address in [
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "100.64.0.1",
            "fc00::1",
            "fd12::1",
        ] {
            check(address, AddressKind::Private);
        }
        for address in ["127.0.0.1", "127.255.255.254", "::1"] {
            check(address, AddressKind::Loopback);
        }
        for address in [
            "0.0.0.0",
            "0.1.2.3",
            "169.254.169.254",
            "168.63.129.16",
            "100.100.100.200",
            "192.0.0.1",
            "192.0.2.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "fe80::1",
            "ff02::1",
            "fd00:ec2::254",
            "2001:db8::1",
            "2001::1",
            "100::1",
            "fec0::1",
        ] {
            check(address, AddressKind::Never);
        }
    }

    #[test]
    fn an_address_inside_another_is_looked_at_itself() {
        check("::ffff:127.0.0.1", AddressKind::Loopback);
        check("::127.0.0.1", AddressKind::Loopback);
        check("::ffff:169.254.169.254", AddressKind::Never);
        check("64:ff9b::10.0.0.1", AddressKind::Private);
        check("64:ff9b::a9fe:a9fe", AddressKind::Never);
        check("2002:7f00:1::1", AddressKind::Loopback);
        check("::ffff:13.107.42.20", AddressKind::Public);
    }

    #[test]
    fn a_rule_allows_what_it_names_on_ports_of_the_web() {
        let rule = AddressRule {
            allows_private: true,
            allows_loopback: false,
            forbids_public: false,
        };
        let allows = |rule: AddressRule, address: &str, port| rule.on_port(port).allows(address.parse().unwrap());
        assert!(allows(rule, "13.107.42.20", 443) && allows(rule, "10.0.0.1", 8080));
        assert!(
            !allows(rule, "10.0.0.1", 5432) && !allows(rule, "127.0.0.1", 443) && !allows(rule, "169.254.169.254", 80)
        );
        let plain = AddressRule {
            forbids_public: true,
            ..rule
        };
        assert!(!allows(plain, "13.107.42.20", 80) && allows(plain, "10.0.0.1", 80));
        let public = AddressRule {
            allows_private: false,
            ..rule
        };
        assert!(!allows(public, "10.0.0.1", 443));
        let demo = AddressRule {
            allows_loopback: true,
            ..rule
        };
        assert!(allows(demo, "127.0.0.1", 8181), "this machine's own ports may be any");
    }
}
