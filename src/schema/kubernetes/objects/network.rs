//! Services, ingresses and network policies.

use super::{Rules, field, integer, is_absent, is_mapping, is_unknown, text};
use crate::checks::own;
use crate::schema::format;
use crate::schema::say::{head, one_of};
use crate::schema::table::Format;
use crate::yaml::{Entry, Kind, Node};
use std::net::IpAddr;

impl Rules {
    /// `ValidateService`.
    pub(super) fn service(&mut self, spec: Node<'_>) {
        let of = field(spec, "type");
        // Without one it is `ClusterIP`, unless another file says something else.
        let of_text = match of {
            Some(of) if is_unknown(of) => return,
            Some(of) => of.text(),
            None if self.sees_all(spec) => "ClusterIP".into(),
            None => "".into(),
        };
        let ports = self.listed(spec, "ports");
        let address = field(spec, "clusterIP");
        let is_headless = address.is_some_and(|address| address.text() == "None");
        match &*of_text {
            "ExternalName" if is_absent(field(spec, "externalName")) && self.sees_all(spec) => {
                let found =
                    own("missing-key", head(spec), "a Service of type `ExternalName` has no `externalName`");
                self.say(found.with_help("add the name it stands for"));
            }
            "NodePort" | "LoadBalancer" if is_headless => {
                if let Some(address) = address {
                    let message =
                        format!("a Service of type `{of_text}` has no cluster address, but needs one");
                    let found = own("invalid-value", address.place(), message);
                    self.say(found.with_help("remove `clusterIP: None`, or leave the type out"));
                }
            }
            _ => {}
        }
        let needs_ports = of_text != "ExternalName" && !is_headless && !address.is_some_and(is_unknown);
        let no_ports = field(spec, "ports").is_none_or(|it| it.resolve().kind() == Kind::Sequence);
        if ports.is_empty() && no_ports && needs_ports && self.sees_all(spec) {
            let found = own("missing-key", head(spec), "a Service has no `ports`");
            self.say(found.with_help("add `ports`, or make it headless: `clusterIP: None`"));
        }
        self.service_ports(&ports, of_text == "ClusterIP");
    }

    fn service_ports(&mut self, ports: &[Node<'_>], is_inner: bool) {
        let (mut names, mut on_nodes) = (Vec::new(), Vec::new());
        for &port in ports.iter().filter(|port| is_mapping(**port)) {
            if ports.len() > 1 && is_absent(field(port, "name")) && self.sees_all(port) {
                let message = "a port of a Service with several has no `name`";
                self.say(
                    own("missing-key", head(port), message).with_help("give each of the ports a `name`"),
                );
            }
            if let Some(name) = field(port, "name")
                && let Some(text) = text(name)
            {
                names.push((text.into_owned(), name.place()));
            }
            let Some(entry) = port.entry("nodePort") else { continue };
            let Some(number) = integer(entry.value).filter(|number| *number != 0) else { continue };
            if is_inner {
                let message = "a Service of type `ClusterIP` has a `nodePort`";
                let found = own("invalid-value", entry.key.place(), message);
                self.say(found.with_help("write `type: NodePort`, or remove it"));
            }
            let protocol = field(port, "protocol").map_or(Some("TCP".into()), text);
            if let Some(protocol) = protocol {
                on_nodes.push((format!("{number}/{protocol}"), entry.value.place()));
            }
        }
        self.twice(names, "the port");
        self.twice(on_nodes, "the node port");
    }

    /// `ValidateIngressSpec`.
    pub(super) fn ingress(&mut self, spec: Node<'_>) {
        let backend = field(spec, "defaultBackend");
        let rules = self.listed(spec, "rules");
        let no_rules = field(spec, "rules").is_none_or(|it| it.resolve().kind() == Kind::Sequence);
        if backend.is_none() && rules.is_empty() && no_rules && self.sees_all(spec) {
            let found =
                own("missing-key", head(spec), "an Ingress has neither `rules` nor a `defaultBackend`");
            self.say(found.with_help("add one of them"));
        }
        if let Some(backend) = backend {
            self.backend(backend);
        }
        for rule in rules {
            if let Some(host) = field(rule, "host") {
                self.host(host);
            }
            let Some(http) = field(rule, "http") else { continue };
            for path in self.listed(http, "paths") {
                self.path(path);
                if let Some(backend) = field(path, "backend") {
                    self.backend(backend);
                }
            }
        }
        for tls in self.listed(spec, "tls") {
            for host in self.listed(tls, "hosts") {
                self.host(host);
            }
        }
    }

    /// `validateIngressBackend`.
    fn backend(&mut self, backend: Node<'_>) {
        if !is_mapping(backend) {
            return;
        }
        self.at_most_one(backend, &["resource", "service"], "this backend");
        let port = field(backend, "service").and_then(|service| field(service, "port"));
        let Some(port) = port.filter(|port| is_mapping(*port)) else { return };
        let name = port.entry("name").filter(|entry| text(entry.value).is_some());
        let number = port.entry("number").filter(|entry| integer(entry.value).is_some_and(|it| it != 0));
        if let (Some(name), Some(number)) = (name, number) {
            let mut keys = [name.key, number.key];
            keys.sort_by_key(|key| key.place());
            self.exclusive(
                keys[0],
                keys[1],
                "the port of a backend has a `name` or a `number`, not both".to_owned(),
            );
        }
        let is_none = |key: &str| is_absent(field(port, key));
        if is_none("name") && is_none("number") && self.sees_all(port) {
            let found =
                own("missing-key", head(port), "the port of a backend has neither `name` nor `number`");
            self.say(found.with_help("add one of them"));
        }
    }

    /// `validateIngressRules`, `validateIngressTLS`.
    fn host(&mut self, node: Node<'_>) {
        let Some(host) = text(node) else { return };
        let fault = if host.parse::<IpAddr>().is_ok() {
            "a DNS name, and no address"
        } else if format::holds(Format::DnsSubdomain, host.strip_prefix("*.").unwrap_or(&host)) {
            return;
        } else {
            "a DNS name in small letters, without scheme, port and path; `*` may only be its first part"
        };
        self.say(own("invalid-value", node.place(), format!("the host `{host}` must be {fault}")));
    }

    /// `validateHTTPIngressPath`.
    fn path(&mut self, path: Node<'_>) {
        let Some(of) = field(path, "pathType") else { return };
        let Some(of) = text(of).filter(|of| matches!(&**of, "Exact" | "Prefix" | "ImplementationSpecific"))
        else {
            return;
        };
        let is_free = of == "ImplementationSpecific";
        let Some(node) = field(path, "path").filter(|node| !is_absent(Some(*node))) else {
            if !is_free && self.sees_all(path) {
                let found = own("missing-key", head(path), format!("a path of type `{of}` has no `path`"));
                self.say(found.with_help("add `path: /`, or another one"));
            }
            return;
        };
        let Some(text) = text(node) else { return };
        let message = if !text.starts_with('/') {
            format!("the path `{text}` must begin with `/`")
        } else if is_free {
            return;
        } else if let Some(part) =
            ["//", "/./", "/../", "%2f", "%2F"].into_iter().find(|part| text.contains(part))
        {
            format!("a path of type `{of}` cannot have `{part}` in it")
        } else if let Some(end) = ["/..", "/."].into_iter().find(|end| text.ends_with(end)) {
            format!("a path of type `{of}` cannot end with `{end}`")
        } else {
            return;
        };
        self.say(own("invalid-value", node.place(), message));
    }

    /// `ValidateNetworkPolicySpec`.
    pub(super) fn policy(&mut self, spec: Node<'_>) {
        for (rules, peers) in [("ingress", "from"), ("egress", "to")] {
            for rule in self.listed(spec, rules) {
                for peer in self.listed(rule, peers) {
                    self.peer(peer);
                }
                for port in self.listed(rule, "ports") {
                    self.port_range(port);
                }
            }
        }
    }

    /// `ValidateNetworkPolicyPeer`.
    fn peer(&mut self, peer: Node<'_>) {
        if !is_mapping(peer) {
            return;
        }
        let keys = ["ipBlock", "namespaceSelector", "podSelector"];
        if self.sees_all(peer) && keys.iter().all(|key| field(peer, key).is_none()) {
            let message = format!("this peer has none of {}", one_of(keys, "and"));
            self.say(
                own("missing-key", head(peer), message)
                    .with_help("add one of them; `podSelector: {}` is every pod"),
            );
        }
        let given = |key: &str| peer.entry(key).filter(|entry: &Entry<'_>| is_mapping(entry.value));
        let Some(block) = given("ipBlock") else { return };
        if let Some(other) = given("namespaceSelector").or_else(|| given("podSelector")) {
            let mut keys = [block.key, other.key];
            keys.sort_by_key(|key| key.place());
            let message = format!("this peer has both `ipBlock` and `{}`", other.key.text());
            self.exclusive(keys[0], keys[1], message);
        }
        let Some(outer) = field(block.value, "cidr") else { return };
        let within = self.range(outer);
        for inner in self.listed(block.value, "except") {
            if let (Some(within), Some(range)) = (within, self.range(inner))
                && !within.holds(range)
            {
                let message = format!("`{}` is no smaller part of `{}`", inner.text(), outer.text());
                let found = own("invalid-value", inner.place(), message);
                let found = found.with_help("what is excepted must be in `cidr`, and smaller");
                self.say(found.with_related(outer.place(), "the `cidr`"));
            }
        }
    }

    /// `validateCIDR`; the addresses that stand there.
    fn range(&mut self, node: Node<'_>) -> Option<Range> {
        let text = text(node)?;
        let range = Range::parse(&text);
        if range.is_none() {
            let message = format!("`{text}` is no range of addresses");
            let help = match text.parse::<IpAddr>() {
                Ok(IpAddr::V4(_)) => format!("write `{text}/32` for the one address"),
                Ok(IpAddr::V6(_)) => format!("write `{text}/128` for the one address"),
                Err(_) => "write it as `10.0.0.0/8`".to_owned(),
            };
            self.say(own("invalid-value", node.place(), message).with_help(help));
        }
        range
    }

    /// `ValidateNetworkPolicyPort`.
    fn port_range(&mut self, port: Node<'_>) {
        let (Some(last), Some(first)) = (field(port, "endPort"), field(port, "port")) else { return };
        if let (Some(high), Some(low)) = (integer(last), integer(first))
            && high < low
        {
            let found =
                own("invalid-value", last.place(), format!("`endPort` is {high}, but `port` is {low}"));
            self.say(found.with_help(format!("write {low} or more")).with_related(first.place(), "`port`"));
        }
    }
}

/// A range of addresses, as Go's lenient parser reads it: numbers may begin with zeros.
#[derive(Clone, Copy)]
struct Range {
    address: IpAddr,
    prefix: u32,
}

impl Range {
    fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = text.split_once('/')?;
        let address = if address.contains(':') {
            address.parse().ok()?
        } else {
            let parts = address.split('.').map(|part| match part.trim_start_matches('0') {
                "" if !part.is_empty() => "0",
                rest => rest,
            });
            let parts: Vec<&str> = parts.take(5).collect();
            parts.join(".").parse().ok()?
        };
        let width = if matches!(address, IpAddr::V4(_)) { 32 } else { 128 };
        let is_number = prefix.bytes().all(|byte| byte.is_ascii_digit());
        let prefix = prefix.parse().ok().filter(|prefix| is_number && *prefix <= width)?;
        Some(Self { address, prefix })
    }

    /// Whether another one is smaller and in it.
    fn holds(self, other: Self) -> bool {
        let same = match (self.address, other.address) {
            (IpAddr::V4(a), IpAddr::V4(b)) => {
                (a.to_bits() ^ b.to_bits()).checked_shr(32 - self.prefix).unwrap_or(0) == 0
            }
            (IpAddr::V6(a), IpAddr::V6(b)) => {
                (a.to_bits() ^ b.to_bits()).checked_shr(128 - self.prefix).unwrap_or(0) == 0
            }
            _ => false,
        };
        same && self.prefix < other.prefix
    }
}
