//! Scripts, and what each piece of them is.

use super::*;

fn roles(text: &str, flavour: Flavour) -> Vec<(&str, Role)> {
    pieces(text, flavour).into_iter().map(|(range, role)| (text[range].trim(), role)).collect()
}

#[test]
fn comments_and_printed_text_are_told_from_what_runs() {
    use Role::{Comment, Printed, Runs};
    let text = "run a # why\necho \"b # no\" && c\necho d | e\necho f > g\nif x; then echo h >&2; fi\n";
    assert_eq!(
        roles(text, Flavour::Shell),
        [
            ("run a", Runs),
            ("# why", Comment),
            ("echo \"b # no\"", Printed),
            ("c", Runs),
            ("echo d", Runs),
            ("e", Runs),
            ("echo f > g", Runs),
            ("if x", Runs),
            ("then echo h >&2", Printed),
            ("fi", Runs),
        ]
    );
}

#[test]
fn quotes_and_here_documents_span_lines() {
    use Role::{Printed, Runs};
    let text = "echo \"a\n# b\n\"\ncat <<EOF\nc\nEOF\ncat <<'END' > f\n# d\nEND\ng\n";
    assert_eq!(
        roles(text, Flavour::Shell),
        [
            ("echo \"a", Printed),
            ("# b", Printed),
            ("\"", Printed),
            ("cat <<EOF", Runs),
            ("c", Printed),
            ("cat <<'END' > f", Runs),
            ("# d", Runs),
            ("g", Runs),
        ]
    );
}

#[test]
fn a_text_for_people_in_a_variable_is_printed() {
    use Role::{Printed, Runs};
    let text = "PR_BODY=$(cat <<'EOF'\n# a\nEOF\n)\nBODY_URL=b\nMANIFEST=$(cat <<EOF\nc\nEOF\n)\n";
    let found: Vec<_> =
        roles(text, Flavour::Shell).into_iter().filter(|(text, _)| text.len() > 1 || *text == "c").collect();
    assert_eq!(
        found,
        [
            ("PR_BODY=$(cat <<'EOF'", Printed),
            ("# a", Printed),
            ("BODY_URL=b", Runs),
            ("MANIFEST=$(cat <<EOF", Runs),
            ("c", Runs),
        ]
    );
}

#[test]
fn a_makefile_quote_ends_with_its_line() {
    use Role::{Printed, Runs};
    let text = "help: ## don't panic\n\t@echo it's\n\tdeploy\n";
    let found = roles(text, Flavour::Makefile);
    assert_eq!(found[0], ("help:", Runs));
    assert_eq!(found[2..], [("@echo it's", Printed), ("deploy", Runs)]);
}

#[test]
fn every_text_ends() {
    for text in ["'", "\"\\", "<<", "<<EOF", "a <<A <<B\nx", "#", "\\", "|", ">&", "é\\"] {
        let _ = pieces(text, Flavour::Shell);
        let _ = pieces(text, Flavour::Makefile);
    }
}

/// The roles of the pieces that hold `svc`, one letter each: runs, comment, printed.
fn told(text: &str, flavour: Flavour) -> String {
    let letter = |role| match role {
        Role::Runs => 'r',
        Role::Comment => 'c',
        Role::Printed => 'p',
    };
    let found = pieces(text, flavour);
    let found =
        found.iter().flat_map(|(range, role)| text[range.clone()].matches("svc").map(|_| letter(*role)));
    found.collect()
}

fn all(flavour: Flavour, cases: &[(&str, &str)]) {
    for (text, roles) in cases {
        assert_eq!(told(text, flavour), *roles, "{text}");
    }
}

#[test]
fn what_is_printed_stays_printed_only_where_nothing_takes_it() {
    all(
        Flavour::Shell,
        &[
            ("echo svc", "p"),
            ("printf '%s\n' svc", "p"),
            ("printf -v url http://svc", "r"),
            ("echo svc >&2", "p"),
            ("echo svc 2>/dev/null", "p"),
            ("echo svc > hosts 2>&1", "r"),
            ("echo svc 1>&2 | cat", "p"),
            ("echo svc &> log", "r"),
            (">&2 echo svc", "p"),
            ("> hosts echo svc", "r"),
            ("echo name=svc >> \"$GITHUB_OUTPUT\"", "r"),
            ("echo NAME=svc >> $GITHUB_ENV", "r"),
            ("echo '- svc' >> $GITHUB_STEP_SUMMARY", "p"),
            ("echo svc | tee -a log", "r"),
            ("echo svc | less", "p"),
            ("echo svc | kubectl apply -f -", "r"),
            ("echo svc && curl svc", "pr"),
            ("echo svc; curl svc & echo svc", "prp"),
            ("test -f svc || echo svc", "rp"),
            ("if curl svc; then echo svc; else echo svc >f; fi", "rpr"),
        ],
    );
}

#[test]
fn what_a_substitution_runs_is_no_argument_of_echo() {
    all(
        Flavour::Shell,
        &[
            ("echo \"svc $(curl svc) svc\"", "prp"),
            ("echo svc `curl svc` svc", "prp"),
            ("x=$(echo svc)", "r"),
            ("x=$(cd a; echo svc)", "r"),
            ("x=$(echo svc >&2; cat f)", "p"),
            ("x=\"$(\n# svc\necho svc\n)\"", "cr"),
            ("diff <(echo svc) f", "r"),
            ("echo svc $((1 << 2)) svc\ncurl svc", "ppr"),
            ("echo ${A:-svc} svc", "pp"),
            ("x=$(case $y in a) echo svc;; esac); echo svc", "rp"),
        ],
    );
}

#[test]
fn a_block_takes_what_is_printed_in_it_elsewhere() {
    all(
        Flavour::Shell,
        &[
            ("{ echo svc; echo svc; } > f", "rr"),
            ("{\n  echo svc\n  echo svc >&2\n} >> \"$GITHUB_OUTPUT\"", "rp"),
            ("( echo svc ) | sh", "r"),
            ("( echo svc )", "p"),
            ("for x in svc; do\n echo svc\ndone | kubectl apply -f -", "rr"),
            ("for x in svc; do\n echo svc\ndone", "rp"),
            ("while read -r x; do echo svc; done < f > g", "r"),
            ("if x; then { echo svc; } ; fi > f; echo svc", "rp"),
            ("echo svc\n{ echo svc; } > f", "pr"),
            ("{ cat <<EOF\nsvc\nEOF\n} > f", "r"),
        ],
    );
}

#[test]
fn functions_that_print_and_functions_that_yield_are_told_apart() {
    all(
        Flavour::Shell,
        &[
            ("log() { echo \"[$(date)] $*\"; }\nlog svc", "p"),
            ("die() {\n  printf '%s\\n' \"$1\" >&2\n  exit 1\n}\nx || die \"no svc\"", "p"),
            ("function info { local now; echo \"$1\"; }\ninfo svc", "p"),
            ("log() { echo $1; }\nfail() { log \"$1\"; exit 1; }\nfail svc", "p"),
            ("log() { echo $1; }\nlog svc > f", "r"),
            ("log() { echo $1 >> f; }\nlog svc", "r"),
            ("call() { echo $1; curl $1; }\ncall svc", "r"),
            ("call() { echo $(curl $1); }\ncall svc", "r"),
            ("log svc", "r"),
            ("usage() {\ncat <<EOF\nsvc\nEOF\n}\nusage", "p"),
            ("manifest() {\ncat <<EOF\nsvc\nEOF\n}\nmanifest | kubectl apply -f -", "r"),
            ("name() { echo svc; }\nx=$(name)", "r"),
            ("main() { echo svc; }\nmain \"$@\" | tee log", "p"),
        ],
    );
}

#[test]
fn prompts_no_ops_and_traps_are_for_people() {
    all(
        Flavour::Shell,
        &[
            ("read -rp 'remove svc? ' answer", "p"),
            ("read -r x <<< svc", "r"),
            ("cat <<< svc", "p"),
            ("zenity --info --text 'svc'", "p"),
            ("x=$(zenity --list svc)", "r"),
            (": svc", "c"),
            (": \"${X:=svc}\"", "r"),
            (": > svc", "r"),
            (": <<'END'\nsvc\nEND\ncurl svc", "cr"),
            ("curl x || true svc", "c"),
            ("trap 'echo svc' EXIT", "p"),
            ("trap 'curl svc' EXIT", "r"),
            ("trap 'echo svc; curl x' EXIT", "r"),
            ("USAGE=\"svc\"", "p"),
            ("local message=\"svc\"", "p"),
            ("NAME=svc", "r"),
        ],
    );
}

#[test]
fn patterns_of_case_take_effect() {
    all(
        Flavour::Shell,
        &[
            ("case $1 in\n  svc) echo svc ;;\n  (svc|b) echo svc;;\n  *) curl svc\nesac\necho svc", "rprprp"),
            ("case $1 in svc) echo svc;; esac; echo svc", "rpp"),
            ("case $1 in a) x;; esac > f", ""),
            ("case $1 in a) echo svc;; esac | sh", "r"),
        ],
    );
}

#[test]
fn here_documents_are_what_their_command_makes_of_them() {
    all(
        Flavour::Shell,
        &[
            ("cat <<EOF\nsvc\nEOF", "p"),
            ("cat >&2 <<-EOF\n\tsvc\n\tEOF\ncurl svc", "pr"),
            ("cat <<EOF > f\nsvc\nEOF", "r"),
            ("cat <<EOF | kubectl apply -f -\nsvc\nEOF", "r"),
            ("kubectl apply -f - <<EOF\nsvc\nEOF\necho svc", "rp"),
            ("cat <<A; cat <<B >f\nsvc\nA\nsvc\nB", "pr"),
            ("tee f <<END-OF.IT\nsvc\nEND-OF.IT\necho svc", "rp"),
            ("X=$(cat <<EOF\nsvc\nEOF\n)\necho svc", "rp"),
        ],
    );
}

#[test]
fn comments_are_comments_wherever_they_stand() {
    all(
        Flavour::Shell,
        &[
            ("x # svc", "c"),
            ("x;# svc", "c"),
            ("x=a#svc", "r"),
            ("x=(\n  a # svc\n  svc\n)\necho svc", "crp"),
            ("echo $# svc", "p"),
            ("echo '# svc' \"# svc\"", "pp"),
            ("curl a \\\n  svc # svc", "rc"),
        ],
    );
}

#[test]
fn makefiles_print_in_their_own_ways() {
    all(
        Flavour::Makefile,
        &[
            ("a:\n\t@echo svc\n\t-@echo \"$(X) svc\"\n\tcurl svc", "ppr"),
            ("a:\n\t@echo \"$(shell curl svc)\"", "r"),
            ("a:\n\t@echo svc $$(curl svc)", "pr"),
            ("$(info svc)\n$(warning a svc)\nX := $(wildcard svc)", "ppr"),
            ("a:\n\t$(info svc)\n\t@$(error no svc)", "pp"),
            ("a: ## svc\n\t@# svc\n\t# svc", "ccc"),
            ("# a \\\n svc\nX=svc", "cr"),
            ("a:\n\t# a \\\n\tcurl svc", "r"),
            ("a:\n\t@echo 'a \\\n\tsvc'\n\tcurl svc", "pr"),
            ("a:\n\tif x; then \\\n\t  echo svc; \\\n\tfi; curl svc", "pr"),
            ("a:\n\techo (svc\n\tcurl svc", "pr"),
            ("HELP_TEXT := svc\nIMAGE := svc", "pr"),
            ("svc: svc | svc ; @echo svc", "rrrp"),
        ],
    );
}

#[test]
fn comments_of_a_dockerfile_stand_between_the_lines_of_a_command() {
    all(
        Flavour::Dockerfile,
        &[
            ("a \\\n  # it's svc\n  && curl svc \\\n # svc\n  && echo svc", "crcp"),
            ("echo \"a \\\n# svc\n svc\" \\\n && curl svc", "cpr"),
        ],
    );
}

#[test]
fn hostile_scripts_take_linear_time() {
    let units = [
        "$(",
        "`",
        "(",
        ")",
        "{ ",
        "} > f\n",
        "$((",
        "a(",
        "\"$(",
        "case x in a) ",
        "<<A ",
        "<<A\n",
        "f() { ",
        "> ",
        ">",
        "| ",
        "|",
        "'",
        "# ",
        "\\\n",
        "\\\n#",
        "if ",
        "done\n",
        "echo a; } | b\n{ ",
        "$(info ",
        "=",
        "a=$(",
        "f;",
        "trap '",
        "${",
    ];
    for flavour in [Flavour::Shell, Flavour::Makefile, Flavour::Dockerfile] {
        for unit in units {
            let seconds = |bytes: usize| {
                let text = unit.repeat(bytes / unit.len());
                let start = cpu_time::ThreadTime::now();
                let found = pieces(&text, flavour);
                assert!(found.len() <= text.len());
                start.elapsed().as_secs_f64()
            };
            seconds(1000);
            let (short, long) = (seconds(20_000), seconds(160_000));
            assert!(
                long < 30.0 * short + 0.02,
                "{unit:?} {flavour:?}: {short} s, then {long} s for 8 times the text"
            );
        }
    }
}

#[test]
fn pieces_cover_every_word_once_and_in_order() {
    let words = [
        "echo",
        "svc",
        "$(",
        ")",
        "\"",
        "'",
        "`",
        "|",
        ">",
        ">f",
        "&&",
        ";",
        "\n",
        "<<E",
        "\nE\n",
        "# c",
        "{",
        "}",
        "case x in",
        "esac",
        "if",
        "fi",
        "(",
        "é",
        "\\",
        "\\\n",
        "f()",
        "${",
        "done",
        "for a in",
        "do",
        " ",
        "\t",
    ];
    let mut state = 0x9E37_79B9_7F4A_7C15u64;
    for _ in 0..20_000 {
        let mut text = String::new();
        for _ in 0..14 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            text.push_str(words[state as usize % words.len()]);
            if state & (1 << 40) != 0 {
                text.push(' ');
            }
        }
        for flavour in [Flavour::Shell, Flavour::Makefile, Flavour::Dockerfile] {
            let mut end = 0;
            for (range, _) in pieces(&text, flavour) {
                assert!(range.start >= end && !text[range.clone()].contains('\n'), "{range:?} in {text:?}");
                end = range.end;
            }
        }
    }
}
