//! A pod: its volumes and what its containers have in common.

use super::{Rules, field, integer, is_mapping, is_whole, named, text};
use crate::checks::own;
use crate::yaml::{Kind, Node, Scalar};
use std::collections::HashSet;

/// The lists of containers.
pub(super) const CONTAINERS: [&str; 3] = ["containers", "initContainers", "ephemeralContainers"];

/// Where the content of a volume comes from: `VolumeSource`.
const SOURCES: [&str; 30] = [
    "awsElasticBlockStore",
    "azureDisk",
    "azureFile",
    "cephfs",
    "cinder",
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "fc",
    "flexVolume",
    "flocker",
    "gcePersistentDisk",
    "gitRepo",
    "glusterfs",
    "hostPath",
    "image",
    "iscsi",
    "nfs",
    "persistentVolumeClaim",
    "photonPersistentDisk",
    "portworxVolume",
    "projected",
    "quobyte",
    "rbd",
    "scaleIO",
    "secret",
    "storageos",
    "vsphereVolume",
];

/// `ProjectionSource`s.
const PROJECTED: [&str; 6] =
    ["clusterTrustBundle", "configMap", "downwardAPI", "podCertificate", "secret", "serviceAccountToken"];

/// The volumes that the containers of a pod can mount.
pub(super) struct Volumes {
    pub(super) names: HashSet<String>,
    /// Whether there are no others.
    pub(super) whole: bool,
}

impl Rules {
    /// `ValidatePodSpec`. `claims` are the templates of volumes that a `StatefulSet` adds.
    pub(super) fn pod(&mut self, template: Node<'_>, claims: &[Node<'_>]) {
        let Some(spec) = field(template, "spec").filter(|spec| is_mapping(*spec)) else { return };
        let volumes = self.volumes(spec, claims);
        for list in CONTAINERS {
            for container in self.listed(spec, list) {
                if is_mapping(container) {
                    self.container(container, list, &volumes);
                }
            }
        }
        self.names(spec);
        self.host_ports(spec);
        self.tolerations(spec);
    }

    /// `ValidateVolumes`. A volume without a source is an `emptyDir` (`SetDefaults_Volume`).
    fn volumes(&mut self, spec: Node<'_>, claims: &[Node<'_>]) -> Volumes {
        let listed = field(spec, "volumes");
        let is_list = listed.is_none_or(|list| list.resolve().kind() == Kind::Sequence);
        let is_complete = listed.is_none_or(|list| !list.resolve().is_incomplete());
        let mut volumes =
            Volumes { names: HashSet::new(), whole: self.sees_all(spec) && is_list && is_complete };
        for volume in self.listed(spec, "volumes") {
            if is_mapping(volume) {
                self.at_most_one(volume, &SOURCES, &named("volume", volume));
                let projected = field(volume, "projected");
                for source in projected.map(|it| self.listed(it, "sources")).unwrap_or_default() {
                    // `validateProjectionSources`: none is taken.
                    self.at_most_one(source, &PROJECTED, "this source of a projected volume");
                }
            }
            volumes.add(volume.get("name"), volume);
        }
        for claim in claims {
            let name = field(*claim, "metadata").and_then(|metadata| metadata.get("name"));
            volumes.add(name, *claim);
        }
        volumes
    }

    /// `validateInitContainers` and `validateEphemeralContainers`: the names of all containers of a pod differ.
    fn names(&mut self, spec: Node<'_>) {
        let mut within = Vec::new();
        for list in CONTAINERS {
            // Those of one list are told apart by the schema.
            let mut seen = HashSet::new();
            for container in self.listed(spec, list) {
                let name =
                    container.get("name").and_then(|name| Some((text(name)?.into_owned(), name.place())));
                within.extend(name.filter(|(name, _)| seen.insert(name.clone())));
            }
        }
        self.twice(within, "the container");
    }

    /// `validateHostNetwork`, and `AccumulateUniqueHostPorts` for the main containers.
    fn host_ports(&mut self, spec: Node<'_>) {
        let on_host = field(spec, "hostNetwork").is_some_and(|it| it.scalar() == Scalar::Bool(true));
        let mut taken = Vec::new();
        for list in CONTAINERS {
            for container in self.listed(spec, list) {
                for port in self.listed(container, "ports") {
                    let Some(host) = field(port, "hostPort") else { continue };
                    let Some(number) = integer(host).filter(|number| *number != 0) else { continue };
                    let inner = field(port, "containerPort").and_then(integer);
                    if on_host && inner.is_some_and(|inner| inner != number) && list != "ephemeralContainers"
                    {
                        let message = format!(
                            "`hostPort` is {number}, but on the network of the host it is the `containerPort`"
                        );
                        let found = own("invalid-value", host.place(), message);
                        self.say(found.with_help("write the same number, or leave `hostPort` out"));
                    }
                    let word = |key: &str, default: &str| match field(port, key) {
                        Some(node) => text(node).map(String::from),
                        None => Some(default.to_owned()),
                    };
                    if list == "containers"
                        && let (Some(protocol), Some(address)) = (word("protocol", "TCP"), word("hostIP", ""))
                    {
                        let address = if address.is_empty() { address } else { format!("{address}:") };
                        taken.push((format!("{address}{number}/{protocol}"), host.place()));
                    }
                }
            }
        }
        self.twice(taken, "the host port");
    }

    /// `ValidateTolerations`.
    fn tolerations(&mut self, spec: Node<'_>) {
        for toleration in self.listed(spec, "tolerations") {
            if !is_mapping(toleration) {
                continue;
            }
            let word = |key: &str| field(toleration, key).and_then(text);
            let operator = word("operator");
            if let (Some("Exists"), Some(value)) = (operator.as_deref(), field(toleration, "value"))
                && text(value).is_some()
            {
                let message = "a toleration with `operator: Exists` has a `value`";
                let found = own("exclusive-keys", value.key().unwrap_or(value).place(), message);
                self.say(found.with_help("remove it, or write `operator: Equal`"));
            }
            let seconds = field(toleration, "tolerationSeconds").filter(|it| integer(*it).is_some());
            if let (Some(seconds), Some(effect)) = (seconds, word("effect"))
                && effect != "NoExecute"
            {
                let message = format!("a toleration of `{effect}` has `tolerationSeconds`");
                let found = own("invalid-value", seconds.key().unwrap_or(seconds).place(), message);
                self.say(found.with_help("only with `effect: NoExecute` is there a time to count"));
            }
        }
    }
}

impl Volumes {
    fn add(&mut self, name: Option<Node<'_>>, holder: Node<'_>) {
        match name.and_then(text) {
            Some(name) => {
                self.names.insert(name.into_owned());
            }
            None => self.whole &= is_whole(holder) && name.is_none(),
        }
    }
}
