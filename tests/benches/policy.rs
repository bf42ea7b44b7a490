//! A hundred rules as a team writes them: twenty-four, each with several values in the place of `%`.

/// How a rule decides, for figures by sort. The first letters of its id.
#[allow(dead_code)] // the benchmark of the start does not tell them apart
pub const SORTS: [&str; 4] = ["expression", "pattern", "join", "schema"];

/// The rule files: path and text.
pub fn policy() -> Vec<(String, String)> {
    let mut files = Vec::new();
    for (name, values, rule) in RULES {
        for (at, value) in values.iter().enumerate() {
            let id = format!("{name}-{at}");
            let text = format!("id: {id}\nseverity: warning\n{}", rule.trim_start().replace('%', value));
            files.push((format!(".plimsoll/rules/{id}.yaml"), text));
        }
    }
    assert_eq!(files.len(), 100);
    files
}

const RULES: [(&str, &[&str], &str); 24] = [
    (
        "expression-image-tag",
        &["latest", "dev", "nightly", "main", "edge"],
        "
each: k8s.container
forbid: container.image.endsWith(':%')
message: \"container `{container.name}` of {owner.kind} `{owner.name}` runs `{container.image}`, which changes without a commit\"
",
    ),
    (
        "expression-memory-limit",
        &["production", "argocd", "monitoring", "default", "kube-system"],
        "
each: k8s.container
when: longRunning && object.metadata.namespace == '%'
require: container.resources.limits.memory != null && container.resources.requests.cpu != null
message: \"container `{container.name}` lacks {missing}\"
",
    ),
    (
        "expression-privilege",
        &["securityContext.privileged", "securityContext.allowPrivilegeEscalation", "stdin", "tty", "stdinOnce"],
        "
each: k8s.container
forbid: container.% == true
message: \"container `{container.name}` sets `%`\"
",
    ),
    (
        "expression-label",
        &["app", "team", "tier", "version", "app.kubernetes.io/name"],
        "
each: k8s.object
when: has(object.metadata.labels['%'])
require: object.metadata.labels['%'].matches('^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$')
message: \"label `%` of {kind} `{object.metadata.name}` is not in lower case\"
",
    ),
    (
        "expression-host-path",
        &["/etc", "/var/run", "/proc", "/dev", "/root"],
        "
each: k8s.pod
forbid: pod.spec.volumes.exists(v, v.hostPath.path.startsWith('%'))
message: \"{owner.kind} `{owner.name}` mounts `%` of its node\"
",
    ),
    (
        "expression-replicas",
        &["Deployment", "StatefulSet", "ReplicaSet", "Rollout", "DeploymentConfig"],
        "
each: k8s.%
when: object.metadata.namespace in ['production', 'prod', 'live']
require: object.spec.replicas >= 2 && object.spec.template.spec.topologySpreadConstraints.size() > 0
message: \"% `{object.metadata.name}` does not survive the loss of a node\"
",
    ),
    (
        "expression-published-port",
        &["5432", "6379", "27017", "9200", "3306"],
        "
each: compose.service
forbid: service.ports.exists(p, p == '%:%' || p == '0.0.0.0:%:%' || p.published == %)
message: \"service `{name}` publishes port % to everybody\"
",
    ),
    (
        "expression-network",
        &["host", "none", "bridge", "service:vpn", "container:vpn"],
        "
each: compose.service
forbid: service.network_mode == '%' || service.pid == '%' && !has(service.cap_drop)
message: \"service `{name}` shares the network `%`\"
",
    ),
    (
        "expression-action-pinned",
        &["docker/", "azure/", "aws-actions/", "google-github-actions/", "hashicorp/"],
        "
each: workflow.step
when: step.uses.startsWith('%')
require: step.uses.matches('@[0-9a-f]{40}$')
message: \"`{step.uses}` is not pinned to a commit\"
",
    ),
    (
        "expression-shell",
        &["curl -k", "sudo ", "set -x", "| bash", "chmod 777"],
        "
each: workflow.step
forbid: \"step.run.contains('%')\"
message: \"a step runs `%`\"
",
    ),
    (
        "expression-secret",
        &["token", "password", "secret", "api_?key", "credentials?"],
        "
each: env
forbid: env.name.matches('(?i)(^|_)%$') && env.value.size() >= 12 && !env.value.startsWith('/')
message: \"{env.name} of {owner.kind} `{owner.name}` is written down\"
",
    ),
    (
        "expression-registry",
        &["quay.io", "gcr.io", "k8s.gcr.io", "mcr.microsoft.com", "public.ecr.aws"],
        "
each: image
forbid: image.registry == '%' && image.digest == null
message: \"{image.text} comes from `%` and is not pinned\"
",
    ),
    (
        "expression-literal",
        &["Password", "Token", "Secret", "apiKey", "secretKey"],
        "
each: helm.value
forbid: key.endsWith('%') && value != null && value != '' && !path.startsWith('global.')
message: \"`{path}` is written down\"
",
    ),
    (
        "pattern-host",
        &["payments", "orders", "search", "billing", "identity"],
        "
each: text
pattern: '\\b%-[a-z0-9]+\\.internal\\b'
message: \"{match} is a name of the old data centre\"
",
    ),
    (
        "pattern-name",
        &["zookeeper", "memcached", "rabbitmq", "consul", "vault"],
        "
each: text
literals: [\"%-legacy\", \"old-%\", \"%.corp\"]
message: \"{match} is gone\"
",
    ),
    (
        "pattern-registry",
        &["acme", "example", "initech", "globex", "umbrella"],
        "
each: text
pattern: 'registry\\.%\\.(com|io)(:[0-9]+)?/[a-z0-9/-]+'
message: \"{match} stands in the registry that is switched off\"
",
    ),
    (
        "pattern-key",
        &["AKIA[0-9A-Z]{16}", "ghp_[0-9A-Za-z]{36}", "xox[bp]-[0-9A-Za-z-]{20,}", "glpat-[0-9A-Za-z_-]{20}", "sk_live_[0-9a-z]{24}"],
        "
each: text
pattern: '%'
message: a key is written down
",
    ),
    (
        "join-selects-nothing",
        &["NodePort", "LoadBalancer"],
        "
each: k8s.Service
when: has(object.spec.selector) && object.spec.type != '%'
require: >-
  repo.k8s.workload.exists(w, w.object.metadata.namespace == object.metadata.namespace
  && object.spec.selector.all(key, w.pod.metadata.labels[key] == object.spec.selector[key]))
at: object.spec.selector
message: \"Service `{object.metadata.name}` selects nothing\"
",
    ),
    (
        "join-reference",
        &["configMap", "secret"],
        "
each: k8s.container
require: >-
  container.envFrom.all(e, e.%Ref == null || e.%Ref.optional == true || repo.k8s.object.exists(o,
  o.object.metadata.name == e.%Ref.name && o.kind in ['ConfigMap', 'Secret', 'SealedSecret', 'ExternalSecret']))
message: \"container `{container.name}` refers to what is not there\"
",
    ),
    (
        "join-built-nowhere",
        &["acme/", "argoproj/"],
        "
each: k8s.container
when: container.image.startsWith('%')
require: repo.compose.service.exists(s, has(s.service.build) && s.service.image == container.image)
message: \"nothing here builds `{container.image}`\"
",
    ),
    (
        "join-two-services",
        &["ClusterIP", "NodePort"],
        "
each: k8s.Service
when: object.spec.type == '%'
forbid: >-
  repo.k8s.Service.exists(s, s.object.metadata.name == object.metadata.name && s.file.name == file.name
  && s.object.spec.type != object.spec.type)
message: \"a second Service is called `{object.metadata.name}`\"
",
    ),
    (
        "join-volume",
        &["volumes", "networks"],
        "
each: compose.service
when: has(service.container_name)
forbid: \"repo.compose.service.exists(s, s.file.path == file.path && s.name != name && s.service.container_name == service.container_name && has(s.service.%))\"
message: \"another container is called `{service.container_name}`\"
",
    ),
    (
        "schema-service",
        &["image", "build", "command"],
        "
each: compose.service
schema:
  type: object
  properties:
    %: {type: [string, object, array]}
    restart: {enum: [always, unless-stopped, on-failure, \"no\", on-failure:3, on-failure:5]}
    ports: {type: array, items: {type: [string, integer, object]}}
    environment: {type: [object, array]}
message: \"service `{name}`: {error}\"
",
    ),
    (
        "schema-container",
        &["limits", "requests"],
        "
each: k8s.container
schema:
  type: object
  required: [name]
  properties:
    name: {type: string, pattern: \"^[a-z0-9-]+$\"}
    resources:
      type: object
      properties:
        %: {type: object, additionalProperties: {type: [string, number]}}
    ports: {type: array, items: {type: object, required: [containerPort]}}
message: \"container: {error}\"
",
    ),
];
