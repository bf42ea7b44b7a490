//! What is found at sight, as tables.

use super::{Foreign, scan};
use crate::shell::Word;

fn lines(script: &str, language: Foreign) -> Vec<String> {
    let reading = scan(script, language);
    let word = |word: &Word| {
        let slice = word.content().of(script);
        let mark = if word.text().is_some() { "" } else { "…" };
        let known = word.prefix();
        if slice == known { known.to_owned() } else { format!("{known}{mark}‹{slice}›") }
    };
    let line = |command: &crate::shell::Command| {
        assert!(!command.certain);
        let words: Vec<String> = command.words.iter().map(word).collect();
        let from = command.piped_from.as_ref().map(|from| format!(" <- {from}")).unwrap_or_default();
        words.join(" ") + &from
    };
    reading.commands.iter().map(line).collect()
}

fn check(language: Foreign, cases: &[(&str, &[&str])]) {
    for (script, expected) in cases {
        assert_eq!(lines(script, language), *expected, "in {script}");
    }
}

#[test]
fn powershell_commands_stand_where_statements_begin() {
    check(
        Foreign::PowerShell,
        &[
            ("kubectl apply -f a.yaml; helm list", &["kubectl apply -f a.yaml", "helm list"]),
            ("kubectl apply `\n  -f 'a b.yaml' `\r\n  --wait", &["kubectl apply -f a b.yaml --wait"]),
            ("# kubectl get\n<# helm\nlist #> kubectl get x", &["kubectl get x"]),
            (
                "& \"C:\\bin\\kubectl.exe\" get ns\n& $kubectl get po\n& $other x",
                &["kubectl‹\"C:\\bin\\kubectl.exe\"› get ns", "kubectl‹$kubectl› get po"],
            ),
            (
                "$pods = kubectl get pods -o json | ConvertFrom-Json",
                &["kubectl get pods -o json", "ConvertFrom-Json <- kubectl"],
            ),
            (
                "if (kubectl get ns $ns) { helm list } else { kubectl create ns $ns }",
                &["kubectl get ns …‹$ns›", "helm list", "kubectl create ns …‹$ns›"],
            ),
            ("if ($env:CI -eq 'kubectl apply') { return kubectl version }", &["kubectl version"]),
            (
                "Write-Host \"kubectl apply $(kubectl get ns)\"",
                &["Write-Host kubectl apply …‹\"kubectl apply $(kubectl get ns)\"›", "kubectl get ns"],
            ),
            (
                "Invoke-Expression \"kubectl delete ns old\"",
                &["Invoke-Expression kubectl delete ns old", "kubectl delete ns old"],
            ),
            (
                "$h = @{ kubectl = 'apply'; helm='x' }\n'kubectl apply'\n@'\nkubectl apply\n'@ | kubectl apply -f -",
                &["kubectl apply -f -"],
            ),
            (
                "function Deploy { kubectl apply @flags 2>&1 > out.txt }\nDeploy",
                &["kubectl apply …‹@flags›", "Deploy"],
            ),
            (". ./lib.ps1\n./deploy.ps1 -Env prod", &[". ./lib.ps1", "./deploy.ps1 -Env prod"]),
            ("kubectl ${{ inputs.verb }} x", &["kubectl …‹${{ inputs.verb }}› x"]),
            (
                "foreach ($f in Get-ChildItem) { kubectl apply -f $f.FullName }",
                &["kubectl apply -f …‹$f.FullName›"],
            ),
        ],
    );
}

#[test]
fn commands_of_the_prompt_stand_where_lines_begin() {
    check(
        Foreign::Cmd,
        &[
            ("@echo off\r\nkubectl apply -f a.yaml\r\n", &["echo off", "kubectl apply -f a.yaml"]),
            (
                "rem kubectl get\n:: helm list\n:label\ncall kubectl get ns && helm list",
                &["kubectl get ns", "helm list"],
            ),
            ("kubectl ^\n  apply ^\r\n -f \"a b.yaml\" >nul 2>&1", &["kubectl apply -f a b.yaml"]),
            (
                "if not exist x kubectl get a\nif errorlevel 1 helm list\nif \"%A%\"==\"b\" (kubectl get c) else kubectl get d",
                &["kubectl get a", "helm list", "kubectl get c", "kubectl get d"],
            ),
            ("for %%f in (k8s\\*.yaml) do kubectl apply -f %%f", &["kubectl apply -f …‹%%f›"]),
            ("set K=kubectl\n%K% get x\n100% sure", &["set K=kubectl", "…‹%K%› get x", "100% sure"]),
            (
                "C:\\bin\\KUBECTL.EXE get | helm x",
                &["KUBECTL‹C:\\bin\\KUBECTL.EXE› get", "helm x <- KUBECTL"],
            ),
        ],
    );
}

#[test]
fn python_calls_of_known_tools_are_found() {
    check(
        Foreign::Python,
        &[
            (
                "import subprocess\nsubprocess.run(['kubectl', \"apply\", '-f', path], check=True)",
                &["kubectl apply -f …‹path›"],
            ),
            (
                "os.system(f\"kubectl -n {ns} delete pod x && helm list\")",
                &["kubectl -n …‹{ns}› delete pod x"],
            ),
            (
                "# os.system('kubectl get x')\n\"\"\"subprocess.run(['kubectl', 'get'])\"\"\"\nprint('kubectl get')",
                &[],
            ),
            (
                "subprocess.check_call(['terraform', 'fmt'])\nrun(['helm', 'upgrade', *args])",
                &["helm upgrade …‹*args›"],
            ),
            (
                "subprocess.run(cmd)\nsubprocess.run([sys.executable, '-m', 'x'])\nsubprocess.run(['kubectl', 'get'",
                &["kubectl get"],
            ),
        ],
    );
}

#[test]
fn every_text_ends() {
    let mut texts: Vec<String> = [
        "'",
        "\"",
        "`",
        "$",
        "$(",
        "\"$(",
        "@\"",
        "<#",
        "^",
        "%",
        "os.system(",
        "os.system(f'",
        "run([",
        "&",
        "é`é",
    ]
    .map(str::to_owned)
    .into();
    let repeated: Vec<String> = texts.iter().map(|text| text.repeat(5000)).collect();
    texts.extend(repeated);
    for text in &texts {
        for language in [Foreign::PowerShell, Foreign::Cmd, Foreign::Python] {
            for command in scan(text, language).commands {
                assert!(text.get(command.span.start as usize..command.span.end as usize).is_some(), "{text}");
            }
        }
    }
}
