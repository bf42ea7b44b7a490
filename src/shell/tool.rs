//! What is known of the tools that deployments call: which options take a value, and which words have subcommands.

/// A tool, or nothing where it is not known.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tool(Option<&'static Entry>);

#[derive(Debug)]
struct Entry {
    name: &'static str,
    /// Options before the subcommand that take their value as the next word.
    values: &'static str,
    /// Words behind which another subcommand follows, separated by commas.
    groups: &'static str,
    /// Options behind a group that take their value as the next word, for all of them.
    group_values: &'static str,
}

const fn entry(
    name: &'static str,
    values: &'static str,
    groups: &'static str,
    group_values: &'static str,
) -> Entry {
    Entry { name, values, groups, group_values }
}

const KUBECTL: &str = "-n --namespace --context --kubeconfig --cluster --user -s --server --as --as-group --as-uid --token \
     --request-timeout -v --v --cache-dir --certificate-authority --client-certificate --client-key --tls-server-name \
     --profile --profile-output --vmodule --log-file -f --filename -k --kustomize -l --selector -o --output";
const KUBECTL_GROUPS: &str = "alpha,apply,auth,certificate,cluster-info,config,create,create secret,create service,plugin,rollout,\
     set,top";
const HELM: &str = "-n --namespace --kube-context --kubeconfig --kube-apiserver --kube-token --kube-as-user --kube-as-group \
     --kube-ca-file --registry-config --repository-cache --repository-config --burst-limit --qps";
const DOCKER: &str = "-H --host -c --context --config -l --log-level --tlscacert --tlscert --tlskey";
const DOCKER_GROUPS: &str = "builder,buildx,buildx imagetools,compose,config,container,context,image,manifest,network,node,plugin,\
     scout,secret,service,stack,swarm,system,trust,volume,machine,pod";
const COMPOSE: &str = "-f --file -p --project-name --profile --env-file --project-directory --ansi --parallel --progress --builder";
const TERRAFORM_GROUPS: &str = "metadata,providers,state,workspace";

/// By name.
static TOOLS: &[Entry] = &[
    entry("ansible-playbook", "-i --inventory -e --extra-vars -l --limit -u --user -t --tags", "", ""),
    entry(
        "argocd",
        "--server --auth-token --config --core --kube-context --argocd-context --http-retry-max",
        "account,admin,app,appset,cert,cluster,context,gpg,proj,repo,repocreds",
        "",
    ),
    entry("aws", "--region --profile --output --query --endpoint-url --color", "*", ""),
    entry(
        "az",
        "--subscription --output -o --query",
        "account,acr,acr repository,ad,aks,aks nodepool,appservice,containerapp,deployment,functionapp,group,keyvault,\
         keyvault secret,network,role,role assignment,storage,storage account,storage blob,vm,webapp,webapp config",
        "",
    ),
    entry("cargo", "--manifest-path --color -Z -C", "", ""),
    entry("docker", DOCKER, DOCKER_GROUPS, COMPOSE),
    entry("docker-compose", COMPOSE, "", ""),
    entry(
        "doctl",
        "-t --access-token -c --config --context -o --output",
        "*,kubernetes cluster,compute *",
        "",
    ),
    entry("eksctl", "", "create,delete,drain,get,scale,set,update,upgrade,utils", ""),
    entry(
        "flux",
        "-n --namespace --context --kubeconfig --timeout",
        "bootstrap,create,create source,delete,delete source,export,get,get sources,push,reconcile,reconcile source,resume,suspend",
        "",
    ),
    entry(
        "gcloud",
        "--project --account --configuration --format --verbosity --region --zone --filter",
        "artifacts,artifacts docker,artifacts docker images,artifacts repositories,auth,builds,compute,compute addresses,\
         compute instances,config,config configurations,container,container clusters,container images,container node-pools,deploy,\
         functions,iam,iam service-accounts,projects,run,run jobs,run services,secrets,secrets versions,services,sql,\
         sql instances,storage,storage buckets",
        "",
    ),
    entry(
        "gh",
        "-R --repo",
        "alias,attestation,auth,cache,codespace,config,extension,gist,gpg-key,issue,label,org,pr,project,release,repo,ruleset,run,\
         secret,ssh-key,variable,workflow",
        "-R --repo",
    ),
    entry(
        "git",
        "-C -c --git-dir --work-tree --namespace --exec-path --config-env",
        "bisect,bundle,lfs,notes,reflog,remote,sparse-checkout,stash,submodule,worktree",
        "",
    ),
    entry("helm", HELM, "dependency,dep,get,inspect,plugin,registry,repo,search,show", ""),
    entry(
        "helmfile",
        "-e --environment -f --file -l --selector -n --namespace --kube-context --state-values-set",
        "",
        "",
    ),
    entry("k3d", "", "cluster,config,image,kubeconfig,node,registry", ""),
    entry("kind", "-v --verbosity --name", "create,delete,export,get,load", ""),
    entry("kubectl", KUBECTL, KUBECTL_GROUPS, ""),
    entry("kustomize", "", "cfg,edit,edit add,edit remove,edit set", ""),
    entry("make", "-C --directory -f --file --makefile -I -o -W", "", ""),
    entry("minikube", "-p --profile", "addons,config,image,node", ""),
    entry("npm", "--prefix -w --workspace --registry", "", ""),
    entry("oc", KUBECTL, KUBECTL_GROUPS, ""),
    entry("openssl", "", "", ""),
    entry("podman", "-c --connection --url --log-level --root --runroot", DOCKER_GROUPS, COMPOSE),
    entry("podman-compose", COMPOSE, "", ""),
    entry("pulumi", "-C --cwd -s --stack --color", "config,stack,state,plugin,org,policy", ""),
    entry(
        "skaffold",
        "-f --filename -p --profile -n --namespace --kube-context --kubeconfig -v",
        "config",
        "",
    ),
    entry("systemctl", "-H --host -M --machine -p --property -t --type", "", ""),
    entry("terraform", "", TERRAFORM_GROUPS, ""),
    entry("terragrunt", "--working-dir --terragrunt-working-dir --config", TERRAFORM_GROUPS, ""),
    entry("tofu", "", TERRAFORM_GROUPS, ""),
    entry("vault", "-address -namespace", "auth,kv,lease,operator,plugin,policy,secrets,token", ""),
    entry(
        "velero",
        "-n --namespace --kubeconfig --kubecontext",
        "backup,backup-location,create,delete,describe,get,restore,schedule",
        "",
    ),
    entry("yarn", "--cwd", "", ""),
];

/// What is known of the tool of this name.
pub(super) fn tool(name: &str) -> Tool {
    Tool(TOOLS.binary_search_by(|entry| entry.name.cmp(name)).ok().map(|at| &TOOLS[at]))
}

impl Tool {
    /// Whether it is known at all.
    pub(super) fn is_known(self) -> bool {
        self.0.is_some()
    }

    /// Whether an option takes the next word as its value, behind the words of a subcommand.
    pub(super) fn takes_value(self, group: &str, option: &str) -> bool {
        self.0.is_some_and(|entry| {
            let values = if group.is_empty() || entry.group_values.is_empty() {
                entry.values
            } else {
                entry.group_values
            };
            values.split_ascii_whitespace().any(|known| known == option)
        })
    }

    /// Whether another subcommand follows these words.
    pub(super) fn is_group(self, path: &str) -> bool {
        self.0.is_some_and(|entry| {
            entry.groups.split(',').any(|group| match group.strip_suffix('*') {
                Some(parent) => {
                    path.strip_prefix(parent).is_some_and(|child| !child.is_empty() && !child.contains(' '))
                }
                None => group == path,
            })
        })
    }
}

/// Tools that a variable or an unknown wrapper may be named after, and what they are told to do: enough to know a call by.
const NAMES: &[&str] = &[
    "argocd",
    "docker",
    "eksctl",
    "flux",
    "helm",
    "helmfile",
    "kubectl",
    "kustomize",
    "oc",
    "podman",
    "skaffold",
    "terraform",
    "tofu",
];
const VERBS: &[&str] = &[
    "annotate",
    "app",
    "apply",
    "build",
    "compose",
    "config",
    "cp",
    "create",
    "delete",
    "describe",
    "destroy",
    "drain",
    "edit",
    "exec",
    "expose",
    "get",
    "init",
    "install",
    "label",
    "login",
    "logs",
    "patch",
    "plan",
    "port-forward",
    "pull",
    "push",
    "reconcile",
    "replace",
    "repo",
    "rollback",
    "rollout",
    "run",
    "scale",
    "set",
    "sync",
    "tag",
    "template",
    "uninstall",
    "upgrade",
    "version",
    "wait",
];

/// The tool that a variable is named after: `KUBECTL`, `helm_bin`.
pub(super) fn named_after(variable: &str) -> Option<&'static str> {
    let lower = variable.to_ascii_lowercase();
    let name = ["_bin", "_cmd", "_exe", "_path", "_command"]
        .iter()
        .find_map(|end| lower.strip_suffix(end))
        .unwrap_or(&lower);
    NAMES.iter().find(|tool| **tool == name).copied()
}

/// The tool of this name, if it is one that is guessed at.
pub(super) fn guessable(name: &str) -> Option<&'static str> {
    NAMES.iter().find(|tool| **tool == name).copied()
}

/// Whether two words are a call that is known at sight: `kubectl get`.
pub(super) fn is_call(name: &str, verb: &str) -> bool {
    guessable(name).is_some() && VERBS.contains(&verb)
}

/// Whether a text begins with such a call.
pub(super) fn is_call_in(text: &str) -> bool {
    let mut words = text.split_ascii_whitespace();
    words.next().zip(words.next()).is_some_and(|(name, verb)| is_call(name, verb))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted_so_that_they_can_be_searched() {
        assert!(TOOLS.is_sorted_by(|a, b| a.name < b.name));
        assert!(NAMES.is_sorted() && VERBS.is_sorted());
    }

    #[test]
    fn variables_are_named_after_tools() {
        assert_eq!(named_after("KUBECTL"), Some("kubectl"));
        assert_eq!(named_after("helm_bin"), Some("helm"));
        assert_eq!(named_after("KUBECTL_VERSION"), None);
    }
}
