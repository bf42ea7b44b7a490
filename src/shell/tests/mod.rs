//! What scripts run, as tables: a script, and its commands with the bytes they stand in.

mod hostile;
mod questions;

use super::{Command, Dialect, How, Word, commands};

/// A word: its text; behind it in `‹›` what stands in the script where that is something else. `…` is what is not known.
fn word(script: &str, word: &Word) -> String {
    let known = word.prefix();
    let slice = word.content().of(script);
    let mark = if word.text().is_some() { "" } else { "…" };
    if slice == known { known.to_owned() } else { format!("{known}{mark}‹{slice}›") }
}

fn line(script: &str, command: &Command) -> String {
    let mut line = String::new();
    match &command.how {
        How::Direct => {}
        How::Wrapper(by) | How::Script(by) => line = format!("{} {by}: ", command.how.name()),
        how => line = format!("{}: ", how.name()),
    }
    if !command.certain {
        line.insert_str(0, "perhaps ");
    }
    line += &command.words.iter().map(|it| word(script, it)).collect::<Vec<_>>().join(" ");
    let stdin = command.stdin.map(|document| format!(" <<{:?}", document.span.of(script)));
    let from = command.piped_from.as_ref().map(|from| format!(" <- {from}"));
    let function = command.function.as_ref().map(|function| format!(" in {function}"));
    for part in [stdin, from, function].into_iter().flatten() {
        line += &part;
    }
    line
}

fn lines(script: &str) -> Vec<String> {
    commands(script, Dialect::Bash).iter().map(|command| line(script, command)).collect()
}

fn check(cases: &[(&str, &[&str])]) {
    for (script, expected) in cases {
        assert_eq!(lines(script), *expected, "in {script}");
    }
}

#[test]
fn plain_commands_and_what_is_none() {
    check(&[
        ("kubectl apply -f a.yaml", &["kubectl apply -f a.yaml"]),
        (r#"kubectl apply -f "a b.yaml" 'c d'"#, &["kubectl apply -f a b.yaml c d"]),
        (
            "kubectl \\\n  --namespace prod \\\n  set image deploy/web \\\n  web=x",
            &["kubectl --namespace prod set image deploy/web web=x"],
        ),
        ("# kubectl in a comment\necho hi # kubectl", &["echo hi"]),
        (r#"echo "run kubectl apply"; printf 'helm %s' x"#, &["echo run kubectl apply", "printf helm %s x"]),
        ("KUBECONFIG=x kubectl get ns", &["kubectl get ns"]),
        ("time kubectl rollout status deploy/a", &["kubectl rollout status deploy/a"]),
        (
            "if ! kubectl get ns demo >/dev/null 2>&1; then kubectl create ns demo; fi",
            &["kubectl get ns demo", "kubectl create ns demo"],
        ),
        (r#"echo "helm list" | sh"#, &["echo helm list", "heredoc: helm list", "sh <- echo"]),
        ("/usr/local/bin/kubectl version --client", &["/usr/local/bin/kubectl version --client"]),
        ("command -v kubectl || exit 1", &["command -v kubectl", "exit 1"]),
        ("log kubectl is great", &["log kubectl is great"]),
        (
            "( cd k8s && kustomize build . | kubectl apply -f - )",
            &["cd k8s", "kustomize build .", "kubectl apply -f - <- kustomize"],
        ),
        (
            r#"kubectl get po | while read -r p; do kubectl delete "$p"; done"#,
            &["kubectl get po", "read -r p <- kubectl", r#"kubectl delete …‹"$p"› <- kubectl"#],
        ),
        ("coproc kubectl proxy", &["kubectl proxy"]),
        ("a && b || c; d & e", &["a", "b", "c", "d", "e"]),
        (r"$'kubectl' get $'a\tb'", &["kubectl‹$'kubectl'› get a\tb‹$'a\\tb'›"]),
        (r#"kub"ectl" get "x"y"#, &[r#"kubectl‹kub"ectl"› get xy‹"x"y›"#]),
        ("while kubectl get x; do kubectl delete x; done", &["kubectl get x", "kubectl delete x"]),
        ("docker run -it --rm alpine", &["docker run -it --rm alpine"]),
        ("if true; then\n  helm upgrade x . \\\n    --set a=b\nfi", &["true", "helm upgrade x . --set a=b"]),
    ]);
}

#[test]
fn substitutions_run_wherever_they_stand() {
    check(&[
        (
            r#"echo "pods: $(kubectl get pods -o name | wc -l)""#,
            &[
                r#"echo pods: …‹"pods: $(kubectl get pods -o name | wc -l)"›"#,
                "kubectl get pods -o name",
                "wc -l <- kubectl",
            ],
        ),
        ("x=`kubectl get ns`", &["kubectl get ns"]),
        ("exit $(kubectl get x)", &["exit …‹$(kubectl get x)›", "kubectl get x"]),
        ("export X=$(kubectl get x) Y=1", &["export X=…‹X=$(kubectl get x)› Y=1", "kubectl get x"]),
        (r#"local z="$(helm list)""#, &[r#"local z=…‹z="$(helm list)"›"#, "helm list"]),
        ("return `kubectl get y`", &["return …‹`kubectl get y`›", "kubectl get y"]),
        ("arr=(a $(kubectl get a) b)", &["kubectl get a"]),
        (
            "(( $(kubectl get n | wc -l) > 1 )) && echo $((1 + $(helm list | wc -l)))",
            &[
                "kubectl get n",
                "wc -l <- kubectl",
                "echo …‹$((1 + $(helm list | wc -l)))›",
                "helm list",
                "wc -l <- helm",
            ],
        ),
        (
            "[[ \"$(kubectl config current-context)\" == prod ]] && helm \\\n   rollback x",
            &["kubectl config current-context", "helm rollback x"],
        ),
        ("case $(kubectl version) in *v1*) helm list;; esac", &["kubectl version", "helm list"]),
        (
            r#"for p in $(kubectl get po); do kubectl delete "$p"; done"#,
            &["kubectl get po", r#"kubectl delete …‹"$p"›"#],
        ),
        (
            "diff <(kubectl get a) <(helm get values b)",
            &["diff …‹<(kubectl get a)› …‹<(helm get values b)›", "kubectl get a", "helm get values b"],
        ),
        ("echo ${X:-$(kubectl get x)}", &["echo …‹${X:-$(kubectl get x)}›", "kubectl get x"]),
        (r#"A="$(cat f)" kubectl get x"#, &["cat f", "kubectl get x"]),
    ]);
}

#[test]
fn wrappers_run_what_stands_behind_their_options() {
    check(&[
        (
            "sudo -E -u root kubectl apply -f a.yaml",
            &["sudo -E -u root kubectl apply -f a.yaml", "wrapper sudo: kubectl apply -f a.yaml"],
        ),
        (
            r#"env KUBECONFIG=/tmp/x FOO="$BAR" kubectl delete ns demo"#,
            &[
                r#"env KUBECONFIG=/tmp/x FOO=…‹FOO="$BAR"› kubectl delete ns demo"#,
                "wrapper env: kubectl delete ns demo",
            ],
        ),
        (
            "timeout 5m helm upgrade x ./chart",
            &["timeout 5m helm upgrade x ./chart", "wrapper timeout: helm upgrade x ./chart"],
        ),
        (
            "timeout -k 10 --signal TERM 5m helm upgrade x",
            &["timeout -k 10 --signal TERM 5m helm upgrade x", "wrapper timeout: helm upgrade x"],
        ),
        (
            "kubectl get pods -o name | xargs -n1 -I{} kubectl delete {}",
            &[
                "kubectl get pods -o name",
                "xargs -n1 -I{} kubectl delete {} <- kubectl",
                "wrapper xargs: kubectl delete {} <- kubectl",
            ],
        ),
        (
            r"find . -name '*.yaml' -exec kubectl apply -f {} \; -exec echo kubectl {} +",
            &[
                r"find . -name *.yaml -exec kubectl apply -f {} ;‹\;› -exec echo kubectl {} +",
                "wrapper find: kubectl apply -f {}",
                "wrapper find: echo kubectl {}",
            ],
        ),
        (
            r#"curl -LO "https://dl.k8s.io/bin/kubectl" && chmod +x kubectl && sudo mv kubectl /usr/local/bin/"#,
            &[
                "curl -LO https://dl.k8s.io/bin/kubectl",
                "chmod +x kubectl",
                "sudo mv kubectl /usr/local/bin/",
                "wrapper sudo: mv kubectl /usr/local/bin/",
            ],
        ),
        ("command kubectl get x", &["command kubectl get x", "wrapper command: kubectl get x"]),
        (
            "nice -n 5 nohup kubectl proxy &",
            &[
                "nice -n 5 nohup kubectl proxy",
                "wrapper nice: nohup kubectl proxy",
                "wrapper nohup: kubectl proxy",
            ],
        ),
        (
            "minikube kubectl -- get po; k3s kubectl get po",
            &[
                "minikube kubectl -- get po",
                "wrapper minikube: kubectl get po",
                "k3s kubectl get po",
                "wrapper k3s: kubectl get po",
            ],
        ),
        (
            "with_retries 3 kubectl get pods",
            &["with_retries 3 kubectl get pods", "perhaps wrapper with_retries: kubectl get pods"],
        ),
        (
            "op run --env-file=.env -- helm list",
            &["op run --env-file=.env -- helm list", "wrapper op: helm list"],
        ),
        (
            "uv run ansible-playbook -i inv site.yml",
            &["uv run ansible-playbook -i inv site.yml", "wrapper uv: ansible-playbook -i inv site.yml"],
        ),
        ("sudo -u deploy -- helm list", &["sudo -u deploy -- helm list", "wrapper sudo: helm list"]),
        (
            "poetry run kubectl get x; npx foo",
            &["poetry run kubectl get x", "wrapper poetry: kubectl get x", "npx foo", "wrapper npx: foo"],
        ),
        (
            "npx --yes -p a kubectl get x; npx -c 'helm list'; pnpm dlx helm list; bunx helm list",
            &[
                "npx --yes -p a kubectl get x",
                "wrapper npx: kubectl get x",
                "npx -c helm list",
                "script npx: helm list",
                "pnpm dlx helm list",
                "wrapper pnpm: helm list",
                "bunx helm list",
                "wrapper bunx: helm list",
            ],
        ),
        (
            "retry 3 \"kubectl get x\"; log_error \"kubectl get x failed\"; npm run deploy",
            &[
                "retry 3 kubectl get x",
                "perhaps script retry: kubectl get x",
                "log_error kubectl get x failed",
                "npm run deploy",
            ],
        ),
        (". ./lib.sh; source b.sh c", &["source‹.› ./lib.sh", "source b.sh c"]),
    ]);
}

#[test]
fn functions_that_run_their_arguments_are_wrappers() {
    check(&[
        (
            "retry() { local n=$1; shift; until \"$@\"; do sleep 1; done; }\nretry 5 kubectl wait --for=condition=ready pod/x",
            &[
                "local n=…‹n=$1› in retry",
                "shift in retry",
                r#"…‹"$@"› in retry"#,
                "sleep 1 in retry",
                "retry 5 kubectl wait --for=condition=ready pod/x",
                "wrapper retry: kubectl wait --for=condition=ready pod/x",
            ],
        ),
        (
            "run() { echo \"+ $*\"; \"$@\"; }\nrun helm list",
            &[r#"echo + …‹"+ $*"› in run"#, r#"…‹"$@"› in run"#, "run helm list", "wrapper run: helm list"],
        ),
        (
            "try() { local cmd=(\"${@:2}\"); \"${cmd[@]}\"; }\ntry 3 kubectl get x",
            &[
                r#"local cmd=("${@:2}") in try"#,
                r#"…‹"${cmd[@]}"› in try"#,
                "try 3 kubectl get x",
                "wrapper try: kubectl get x",
            ],
        ),
        (
            "outer() { retry \"$@\"; }\nretry() { shift; \"$@\"; }\nouter 3 helm list",
            &[
                r#"retry …‹"$@"› in outer"#,
                "shift in retry",
                r#"…‹"$@"› in retry"#,
                "outer 3 helm list",
                "wrapper outer: helm list",
            ],
        ),
        ("deploy() { kubectl apply -f x; }\ndeploy", &["kubectl apply -f x in deploy", "deploy"]),
        ("echo a; b() { ( c ); }; b", &["echo a", "c in b", "b"]),
        ("function f { helm list; }", &["helm list in f"]),
        (
            "kubectl() { command kubectl --context x \"$@\"; }\nkubectl get po",
            &[
                r#"command kubectl --context x …‹"$@"› in kubectl"#,
                r#"wrapper command: kubectl --context x …‹"$@"› in kubectl"#,
                "kubectl get po",
            ],
        ),
        (
            "retry -n 3 -- kubectl get x\nretry() { while [ \"$1\" != -- ]; do shift; done; shift; \"$@\"; }",
            &[
                "retry -n 3 -- kubectl get x",
                "wrapper retry: kubectl get x",
                r#"[ …‹"$1"› != -- ] in retry"#,
                "shift in retry",
                "shift in retry",
                r#"…‹"$@"› in retry"#,
            ],
        ),
    ]);
}

#[test]
fn variables_lists_and_aliases_stand_for_commands() {
    check(&[
        (
            "alias k='kubectl -n prod'\nk get pods",
            &["alias k=kubectl -n prod‹k='kubectl -n prod'›", "alias: kubectl‹k› -n‹k› prod‹k› get pods"],
        ),
        (
            "KUBECTL=\"kubectl --context staging\"\n$KUBECTL apply -f b.yaml",
            &["variable: kubectl‹$KUBECTL› --context‹$KUBECTL› staging‹$KUBECTL› apply -f b.yaml"],
        ),
        ("KUBECTL=kubectl\n\"$KUBECTL\" apply", &[r#"variable: kubectl‹"$KUBECTL"› apply"#]),
        (
            r#"$KUBECTL apply -f x; "${HELM_BIN}" list; $OTHER x"#,
            &[
                "perhaps variable: kubectl‹$KUBECTL› apply -f x",
                "perhaps variable: helm‹${HELM_BIN}› list",
                "…‹$OTHER› x",
            ],
        ),
        ("${KUBECTL:-kubectl} version", &["perhaps variable: kubectl‹${KUBECTL:-kubectl}› version"]),
        (
            "K=$(which kubectl); $K get x; L=`command -v helm`; \"$L\" list",
            &[
                "which kubectl",
                "variable: kubectl‹$K› get x",
                "command -v helm",
                "variable: helm‹\"$L\"› list",
            ],
        ),
        (
            "for c in 'kubectl get' \"helm list\"; do $c x; done; for f in *.yaml; do $f; done",
            &["variable: kubectl‹$c› get‹$c› x", "variable: helm‹$c› list‹$c› x", "…‹$f›"],
        ),
        (
            "for t in kubectl oc; do \"$t\" get x; kubectl apply -f $t; done",
            &["variable: kubectl‹\"$t\"› get x", "variable: oc‹\"$t\"› get x", "kubectl apply -f …‹$t›"],
        ),
        (
            "cmd=(helm upgrade --install \"$REL\" ./chart)\n\"${cmd[@]}\" --wait",
            &[
                r#"helm‹"${cmd[@]}"› upgrade‹"${cmd[@]}"› --install‹"${cmd[@]}"› …‹"${cmd[@]}"› ./chart‹"${cmd[@]}"› --wait"#,
            ],
        ),
        (
            "args=(--dry-run=client -n prod)\nargs+=(-o yaml)\nkubectl apply \"${args[@]}\" -f x",
            &[
                r#"kubectl apply --dry-run=client‹"${args[@]}"› -n‹"${args[@]}"› prod‹"${args[@]}"› -o‹"${args[@]}"› yaml‹"${args[@]}"› -f x"#,
            ],
        ),
        (
            "FLAGS=\"--context a -n b\"\nkubectl $FLAGS get po",
            &["kubectl --context‹$FLAGS› a‹$FLAGS› -n‹$FLAGS› b‹$FLAGS› get po"],
        ),
        (
            r#""$BIN/helm" list; ${DIR}/kubectl get x"#,
            &["perhaps variable: helm list", "perhaps variable: kubectl get x"],
        ),
        ("BIN=/usr/local/bin; $BIN/kubectl get x", &["variable: /usr/local/bin/kubectl‹$BIN/kubectl› get x"]),
        (
            r#"if [ "$X" ]; then KUBECTL=kubectl; else KUBECTL=oc; fi; $KUBECTL get x"#,
            &[r#"[ …‹"$X"› ]"#, "perhaps variable: oc‹$KUBECTL› get x"],
        ),
        (
            "kubectl $ACTION x; kubectl $KUBE_FLAGS get x",
            &["kubectl …‹$ACTION› x", "kubectl …‹$KUBE_FLAGS› get x"],
        ),
    ]);
}

#[test]
fn scripts_in_scripts_keep_their_places() {
    check(&[
        (
            r#"bash -c "kubectl apply -f \"$FILE\" && helm list""#,
            &[
                r#"bash -c kubectl apply -f "…‹"kubectl apply -f \"$FILE\" && helm list"›"#,
                r#"script bash: kubectl apply -f …‹\"$FILE\"›"#,
                "script bash: helm list",
            ],
        ),
        (
            "sh -ec 'kubectl delete pod x; echo done'",
            &[
                "sh -ec kubectl delete pod x; echo done",
                "script sh: kubectl delete pod x",
                "script sh: echo done",
            ],
        ),
        (
            r#"bash -euxo pipefail -c "helm list""#,
            &["bash -euxo pipefail -c helm list", "script bash: helm list"],
        ),
        (
            r#"sudo bash -c "cd /x && docker compose up -d""#,
            &[
                "sudo bash -c cd /x && docker compose up -d",
                "wrapper sudo: bash -c cd /x && docker compose up -d",
                "script bash: cd /x",
                "script bash: docker compose up -d",
            ],
        ),
        (
            r#"xargs -n 1 sh -c 'kubectl get "$0"' < f"#,
            &[
                r#"xargs -n 1 sh -c kubectl get "$0""#,
                r#"wrapper xargs: sh -c kubectl get "$0""#,
                r#"script sh: kubectl get …‹"$0"›"#,
            ],
        ),
        (
            "run() { eval \"$1\"; }\nrun \"kubectl get x\"",
            &[
                r#"eval …‹"$1"› in run"#,
                "script eval: …‹$1› in run",
                "run kubectl get x",
                "script run: kubectl get x",
            ],
        ),
        (
            r#"eval "kubectl get $X""#,
            &[r#"eval kubectl get …‹"kubectl get $X"›"#, "script eval: kubectl get …‹$X›"],
        ),
        (r#"eval kubectl get "$X""#, &[r#"eval kubectl get …‹"$X"›"#, "script eval: kubectl get …‹$X›"]),
        (
            "trap 'kubectl delete ns tmp' EXIT",
            &["trap kubectl delete ns tmp EXIT", "script trap: kubectl delete ns tmp"],
        ),
        (r#"watch -n 5 "kubectl get po""#, &["watch -n 5 kubectl get po", "script watch: kubectl get po"]),
        ("watch kubectl get po", &["watch kubectl get po", "script watch: kubectl get po"]),
        (
            "flock -w 10 /tmp/l kubectl apply -f x; flock /tmp/l -c 'helm list'",
            &[
                "flock -w 10 /tmp/l kubectl apply -f x",
                "wrapper flock: kubectl apply -f x",
                "flock /tmp/l -c helm list",
                "script flock: helm list",
            ],
        ),
        (
            r#"su -c "kubectl get x" deploy; su - deploy -c 'helm list'"#,
            &[
                "su -c kubectl get x deploy",
                "script su: kubectl get x",
                "su - deploy -c helm list",
                "script su: helm list",
            ],
        ),
        (
            r#"bash -c 'bash -c "kubectl get x"'"#,
            &[
                r#"bash -c bash -c "kubectl get x""#,
                "script bash: bash -c kubectl get x",
                "script bash: kubectl get x",
            ],
        ),
        (
            "parallel -j 4 kubectl delete {} ::: a b",
            &["parallel -j 4 kubectl delete {} ::: a b", "script parallel: kubectl delete {}"],
        ),
        ("bash <(curl -s https://x/y.sh)", &["bash …‹<(curl -s https://x/y.sh)›", "curl -s https://x/y.sh"]),
        (
            "curl -sL https://x | sudo bash -s -- --yes",
            &[
                "curl -sL https://x",
                "sudo bash -s -- --yes <- curl",
                "wrapper sudo: bash -s -- --yes <- curl",
            ],
        ),
        ("bash script.sh kubectl get", &["bash script.sh kubectl get"]),
        ("bash -x -c 'a' ; sh deploy.sh", &["bash -x -c a", "script bash: a", "sh deploy.sh"]),
        (
            r#"eval "$(minikube docker-env)"; x"#,
            &[
                r#"eval …‹"$(minikube docker-env)"›"#,
                "script eval: …‹$(minikube docker-env)›",
                "minikube docker-env",
                "x",
            ],
        ),
        (
            "xargs -I {} bash -c 'kubectl get {} && helm list' _",
            &[
                "xargs -I {} bash -c kubectl get {} && helm list _",
                "wrapper xargs: bash -c kubectl get {} && helm list _",
                "script bash: kubectl get {}",
                "script bash: helm list",
            ],
        ),
        (
            "env -i PATH=x kubectl get; env -S 'helm list'",
            &[
                "env -i PATH=x kubectl get",
                "wrapper env: kubectl get",
                "env -S helm list",
                "script env: helm list",
            ],
        ),
        (
            "printf '%s' 'kubectl get x' | bash",
            &["printf %s kubectl get x", "heredoc: kubectl get x", "bash <- printf"],
        ),
        (
            r#"bash -c 'kubectl get "$(helm list)"'"#,
            &[
                r#"bash -c kubectl get "$(helm list)""#,
                r#"script bash: kubectl get …‹"$(helm list)"›"#,
                "script bash: helm list",
            ],
        ),
        (
            r#"bash -c "kubectl get $(helm list)""#,
            &[
                r#"bash -c kubectl get …‹"kubectl get $(helm list)"›"#,
                "script bash: kubectl get …‹$(helm list)›",
                "helm list",
            ],
        ),
        (
            r#"echo é; bash -c "é; kubectl apply -f é""#,
            &["echo é", "bash -c é; kubectl apply -f é", "script bash: é", "script bash: kubectl apply -f é"],
        ),
        (
            "nohup bash -c 'kubectl get x' >/dev/null 2>&1 &",
            &[
                "nohup bash -c kubectl get x",
                "wrapper nohup: bash -c kubectl get x",
                "script bash: kubectl get x",
            ],
        ),
    ]);
}

#[test]
fn here_documents_and_pipes_reach_shells_and_commands() {
    check(&[
        (
            "ssh deploy@host <<'REMOTE'\nkubectl apply -f remote.yaml\nREMOTE",
            &[
                r#"ssh deploy@host <<"kubectl apply -f remote.yaml\n""#,
                "remote: kubectl apply -f remote.yaml",
            ],
        ),
        (
            r#"ssh -i key -p 22 host "sudo docker compose up -d""#,
            &[
                "ssh -i key -p 22 host sudo docker compose up -d",
                "remote: sudo docker compose up -d",
                "wrapper sudo: docker compose up -d",
            ],
        ),
        (
            "cat <<YAML | kubectl apply -f -\nmetadata:\n  name: $(kubectl config current-context)\nYAML",
            &[
                r#"cat <<"metadata:\n  name: $(kubectl config current-context)\n""#,
                r#"kubectl apply -f - <<"metadata:\n  name: $(kubectl config current-context)\n" <- cat"#,
                "kubectl config current-context",
            ],
        ),
        ("kubectl apply -f - <<'EOF'\nkind: Pod\nEOF", &[r#"kubectl apply -f - <<"kind: Pod\n""#]),
        (
            "bash -s <<'S'\nhelm uninstall foo\nS",
            &[r#"bash -s <<"helm uninstall foo\n""#, "heredoc: helm uninstall foo"],
        ),
        (
            "cat <<S | bash\nhelm uninstall $X\n$(kubectl get x)\nS",
            &[
                r#"cat <<"helm uninstall $X\n$(kubectl get x)\n""#,
                r#"bash <<"helm uninstall $X\n$(kubectl get x)\n" <- cat"#,
                "heredoc: helm uninstall …‹$X›",
                "heredoc: …‹$(kubectl get x)›",
                "kubectl get x",
            ],
        ),
        (r#"bash <<< "helm list""#, &["bash", "heredoc: helm list"]),
        ("sudo -i <<EOF\nkubectl get x\nEOF", &[r#"sudo -i <<"kubectl get x\n""#, "heredoc: kubectl get x"]),
        (
            "cat > x.yaml <<EOF\nkubectl apply\nEOF\nkubectl apply -f x.yaml",
            &[r#"cat <<"kubectl apply\n""#, "kubectl apply -f x.yaml"],
        ),
        (
            r#"ssh a "bash -c 'kubectl get x'""#,
            &["ssh a bash -c 'kubectl get x'", "remote: bash -c kubectl get x", "script bash: kubectl get x"],
        ),
        (
            r#"ssh a kubectl get x -n "$NS""#,
            &[r#"ssh a kubectl get x -n …‹"$NS"›"#, "remote: kubectl get x -n …‹$NS›"],
        ),
    ]);
}

#[test]
fn commands_in_containers_are_followed() {
    check(&[
        (
            "kubectl exec -it pod -n x -- sh -c 'rm -rf /data'",
            &[
                "kubectl exec -it pod -n x -- sh -c rm -rf /data",
                "container: sh -c rm -rf /data",
                "script sh: rm -rf /data",
            ],
        ),
        (
            r#"docker run --rm -v "$PWD:/w" bitnami/kubectl:latest kubectl get po"#,
            &[
                r#"docker run --rm -v …‹"$PWD:/w"› bitnami/kubectl:latest kubectl get po"#,
                "container: kubectl get po",
            ],
        ),
        (
            "docker run --rm bitnami/kubectl:latest get po",
            &[
                "docker run --rm bitnami/kubectl:latest get po",
                "perhaps container: kubectl‹bitnami/kubectl:latest› get po",
            ],
        ),
        (
            "docker run --entrypoint sh alpine -c 'helm list'",
            &[
                "docker run --entrypoint sh alpine -c helm list",
                "container: sh -c helm list",
                "script sh: helm list",
            ],
        ),
        ("docker exec -u root app helm list", &["docker exec -u root app helm list", "container: helm list"]),
        (
            "docker compose -f x.yml exec -T web kubectl get x",
            &["docker compose -f x.yml exec -T web kubectl get x", "container: kubectl get x"],
        ),
        (
            "docker --context prod run alpine helm list",
            &["docker --context prod run alpine helm list", "container: helm list"],
        ),
        (
            "kubectl run x --image=a --rm -it -- helm list",
            &["kubectl run x --image=a --rm -it -- helm list", "container: helm list"],
        ),
    ]);
}

#[test]
fn arguments_of_an_image_are_perhaps_no_command() {
    check(&[
        (
            "docker run minio/minio server /data",
            &["docker run minio/minio server /data", "perhaps container: server /data"],
        ),
        ("docker run --rm hadolint/hadolint --version", &["docker run --rm hadolint/hadolint --version"]),
        ("docker run alpine rm -rf /x", &["docker run alpine rm -rf /x", "container: rm -rf /x"]),
    ]);
}

#[test]
fn github_expressions_are_not_known_and_keep_their_place() {
    check(&[
        (
            r#"kubectl apply -f ${{ inputs.file }} -n "${{ inputs.ns }}""#,
            &[r#"kubectl apply -f …‹${{ inputs.file }}› -n …‹"${{ inputs.ns }}"›"#],
        ),
        ("${{ inputs.cmd }} apply", &["…‹${{ inputs.cmd }}› apply"]),
        ("${{ inputs.bin }}/kubectl apply", &["…‹${{ inputs.bin }}/kubectl› apply"]),
        (
            r#"bash -c "kubectl get ${{ inputs.x }}""#,
            &[
                r#"bash -c kubectl get …‹"kubectl get ${{ inputs.x }}"›"#,
                "script bash: kubectl get …‹${{ inputs.x }}›",
            ],
        ),
    ]);
}

#[test]
fn what_may_be_given_otherwise_is_less_certain() {
    check(&[
        (": \"${K:=kubectl}\"\n$K apply", &[": …‹\"${K:=kubectl}\"›", "perhaps variable: kubectl‹$K› apply"]),
        ("K=${K:-kubectl}; $K get pods", &["perhaps variable: kubectl‹$K› get pods"]),
        ("$SUDO kubectl apply -f x", &["perhaps kubectl apply -f x"]),
        ("${{ inputs.sudo }} kubectl get pods", &["perhaps kubectl get pods"]),
        ("kubectl apply\r\nkubectl \\\r\n get pods\r\n", &["kubectl apply", "kubectl get pods"]),
    ]);
}
