//! Scripts that want to be read for ever, too deeply, or not at all.

use super::super::{Dialect, commands, read};

/// Scripts that nest, repeat or multiply what they can.
fn hostile() -> Vec<String> {
    let deep =
        |open: &str, close: &str, count: usize| format!("{}x{}", open.repeat(count), close.repeat(count));
    let mut scripts: Vec<String> = [
        ("$(", ")"),
        ("(", ")"),
        ("{ ", "; }"),
        ("\"$(", ")\""),
        ("`", "`"),
        ("${a:-", "}"),
        ("$((", "))"),
        ("if ", "; then y; fi"),
        ("while x; do ", "; done"),
        ("case x in y) ", ";; esac"),
        ("f() { ", "; }"),
        ("<(", ")"),
        ("x=(", ")"),
        ("[[ ( ", " ) ]]"),
        ("a[", "]=1"),
        ("! ", ""),
        ("sudo ", ""),
        ("eval ", ""),
        ("bash -c ", ""),
        ("x && ", ""),
        ("x | ", ""),
        ("x; ", ""),
        ("x <<A\n", "\nA\n"),
        ("a+=(\"${a[@]}\" x);", ""),
        ("A=$A$A;$A ", ""),
        ("\\", ""),
        ("${{ ", " }}"),
        ("'\"", ""),
        ("time ", ""),
        ("coproc ", ""),
        ("{a,", "}"),
        ("a[\"]\"", ""),
        ("${a:-'}'", ""),
        ("${a:-\\}", ""),
        ("<(\\)", ""),
        ("$(: ')'", ""),
        ("$(#)\n", ""),
        ("`\\`", ""),
        ("$((1))$((", "))"),
        ("function f { ", "; }"),
        ("select x in y; do ", "; done"),
        ("for x in ", "; do y; done"),
        ("until ! ", "; do y; done"),
        ("for ((;;)); do ", "; done"),
        ("time if ", "; then y; fi"),
        ("time -p ", ""),
        ("${a[", "]}"),
        ("${a/", "/b}"),
        ("$\"", "\""),
        ("x=$(cat <<A\n", "\nA\n)"),
        ("export a=$(", ")"),
        ("[[ a && ", " ]]"),
        ("[[ ! ", " ]]"),
        ("((a+(", "))"),
        ("((a?", ":b))"),
        ("((-", "))"),
        ("((a=", "))"),
        ("$((\")) \" + ", ""),
        ("$[", "]"),
        ("@(", ")"),
    ]
    .iter()
    .flat_map(|(open, close)| [deep(open, close, 50), deep(open, close, 5000), deep(open, "", 3000)])
    .collect();
    let mut nested = "kubectl get x".to_owned();
    for _ in 0..8 {
        nested = format!("bash -c \"{}\"", nested.replace('\\', "\\\\").replace('"', "\\\""));
    }
    scripts.push(nested);
    scripts.push(format!("a=({}); {}", "x ".repeat(2000), "\"${a[@]}\";".repeat(2000)));
    scripts.push("f() { f \"$@\"; }; f f f f".to_owned());
    scripts.push("alias a='a a a'; a a; alias b=c c=b; b".to_owned());
    scripts.push("A='$A $A'; $A".to_owned());
    scripts
}

#[test]
fn hostile_scripts_are_read_or_refused_on_a_small_stack_in_time() {
    let run = || {
        for script in hostile() {
            let start = std::time::Instant::now();
            for dialect in [Dialect::Bash, Dialect::Posix] {
                for command in read(&script, dialect).commands {
                    assert!(script.get(command.span.start as usize..command.span.end as usize).is_some());
                }
            }
            let head: String = script.chars().take(40).collect();
            assert!(start.elapsed().as_secs() < 4, "{head} takes {:?}", start.elapsed());
        }
    };
    std::thread::Builder::new().stack_size(1 << 20).spawn(run).expect("a thread").join().expect("no panic");
}

#[test]
fn what_is_cut_or_mixed_never_panics() {
    let whole = hostile().into_iter().filter(|script| script.len() < 200);
    let tricky = "a=\"$(b 'c' \\\n d)\"; e <<-'F' | g \"${h[@]:1}\" `i`\n\tj\n\tF\nbash -c \"k \\\"$l\\\" ${{ m }} 'é'\" && n=$'\\x41' $((o)) <<<p";
    for script in whole.chain([tricky.to_owned()]) {
        for (at, _) in script.char_indices() {
            let (head, tail) = script.split_at(at);
            for part in [head.to_owned(), tail.to_owned(), format!("{tail}{head}")] {
                for command in commands(&part, Dialect::Bash) {
                    for word in &command.words {
                        assert!(part.get(word.span.start as usize..word.span.end as usize).is_some());
                        let _ = (word.content(), command.subcommand(), command.flag(&["n"]));
                    }
                }
            }
        }
    }
}

#[test]
fn a_script_that_does_not_parse_is_read_as_far_as_it_does() {
    let reading = read("kubectl get x\nif then\nhelm list\n", Dialect::Bash);
    assert!(reading.commands.iter().any(|command| command.name() == Some("kubectl")));
    assert!(!read(&"$(".repeat(500), Dialect::Bash).complete);
    assert!(read("kubectl get x", Dialect::Bash).complete);
}
