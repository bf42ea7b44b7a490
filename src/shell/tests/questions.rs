//! The questions rules ask about a command: subcommand, options, what is known of a word.

use super::super::{Dialect, Word, commands};

#[test]
fn subcommands_stand_behind_global_options() {
    for (script, expected) in [
        ("kubectl -n x apply -f y", "apply"),
        ("kubectl rollout status deploy/a", "rollout status"),
        ("kubectl --context=a --namespace b get pods", "get"),
        ("kubectl create secret generic x", "create secret generic"),
        ("kubectl create -f x", "create"),
        ("kubectl --context=$C get pods", "get"),
        ("kubectl $KUBE_FLAGS get pods", "get"),
        ("kubectl $ACTION pods", ""),
        ("kubectl -- get", ""),
        ("helm --kube-context x upgrade a b", "upgrade"),
        ("helm repo add a b", "repo add"),
        ("docker compose -f x.yml -p y up -d", "compose up"),
        ("docker -H x image ls", "image ls"),
        ("git -C x remote add a b", "remote add"),
        ("terraform -chdir=x apply", "apply"),
        ("aws --region x s3 cp a b", "s3 cp"),
        ("gh pr create -t x", "pr create"),
        ("gcloud container clusters get-credentials x", "container clusters get-credentials"),
        ("mytool deploy x", "deploy"),
        ("ls ./x", ""),
        ("make -C x deploy", "deploy"),
    ] {
        let found = commands(script, Dialect::Posix);
        let words: Vec<_> = found[0].subcommand().into_iter().filter_map(Word::text).collect();
        assert_eq!(words.join(" "), expected, "in {script}");
    }
}

#[test]
fn options_are_found_in_each_of_their_forms() {
    for (script, names, expected) in [
        ("kubectl -n prod get", &["namespace", "n"][..], "prod=prod"),
        ("kubectl --namespace=prod get", &["--namespace", "-n"], "prod=prod"),
        ("kubectl --namespace=\"a b\" get", &["namespace"], "a b=a b"),
        ("kubectl --namespace 'a b' get", &["namespace"], "a b=a b"),
        ("kubectl -nprod get", &["n"], "prod=prod"),
        ("kubectl -n=prod get", &["n"], "prod=prod"),
        ("kubectl -n \"$NS\" get", &["n"], "?=\"$NS\""),
        ("kubectl --namespace=$NS get", &["namespace"], "?=$NS"),
        ("kubectl get -o yaml -o json", &["o"], "yaml=yaml json=json"),
        ("kubectl apply --dry-run -f x", &["dry-run"], ""),
        ("kubectl apply -f - -n x", &["f"], "-=-"),
        ("kubectl wait x -- -n z", &["n"], ""),
        ("terraform apply -var=a -var b", &["var"], "a=a b=b"),
        ("kubectl -n ${{ x }} get", &["n"], "?=${{ x }}"),
        ("bash -c \"kubectl -n 'x' get\"", &["n"], "x=x"),
    ] {
        let found = commands(script, Dialect::Bash);
        let values = found.iter().flat_map(|command| command.flag(names));
        let values: Vec<_> = values
            .map(|value| format!("{}={}", value.text().unwrap_or("?"), value.span().of(script)))
            .collect();
        assert_eq!(values.join(" "), expected, "in {script}");
    }
    for (script, name, expected) in [
        ("kubectl apply --dry-run=client", "--dry-run", true),
        ("kubectl apply --dry-run", "dry-run", true),
        ("kubectl apply --dry-run-x", "dry-run", false),
        ("docker run -it x", "t", true),
        ("kubectl -nfoo get", "f", false),
        ("rm -rf x", "-f", true),
        ("terraform apply -auto-approve", "auto-approve", true),
        ("terraform apply -auto-approve", "p", false),
        ("kubectl exec x -- y --force", "force", false),
    ] {
        assert_eq!(commands(script, Dialect::Bash)[0].has(&[name]), expected, "{name} in {script}");
    }
}

#[test]
fn words_say_what_is_known_of_them() {
    let script = "kubectl get a${{ x }}b \"c$D\" 'e' *.yaml ~/f {g,h} \"${{ i }}\"";
    let found = commands(script, Dialect::Bash);
    let args: Vec<_> =
        found[0].args().iter().map(|word| (word.text(), word.prefix(), word.expression)).collect();
    assert_eq!(
        args,
        [
            (Some("get"), "get", false),
            (None, "a", true),
            (None, "c", false),
            (Some("e"), "e", false),
            (Some("*.yaml"), "*.yaml", false),
            (Some("~/f"), "~/f", false),
            (Some("{g,h}"), "{g,h}", false),
            (None, "", true),
        ]
    );
    assert_eq!(found[0].args()[3].content().of(script), "e");
    assert_eq!(found[0].args()[3].span.of(script), "'e'");
}
