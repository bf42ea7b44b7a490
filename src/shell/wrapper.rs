//! Commands that run other commands: where in their arguments the other command begins, and who runs it.

use super::command::How;

/// A way in which a command runs another.
#[derive(Debug)]
pub(super) struct Wrapper {
    /// Its name, then the words of a subcommand.
    call: &'static str,
    /// Options that take their value as the next word.
    pub values: &'static str,
    /// Where the other command stands.
    pub takes: Takes,
    /// Where it runs.
    pub runs: Runs,
}

/// Where the other command stands among the arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    /// Behind the options and this many operands.
    Command(usize),
    /// Behind the options and this many operands, as text that a shell runs.
    Text(usize),
    /// Behind the options and an image.
    Image,
    /// The last word of the call is the other command; `--` behind it is left out.
    Itself,
    /// Behind `--`.
    Dashes,
    /// It is the value of one of these options, as text that a shell runs; at most this many operands stand before them.
    Option(&'static str, usize),
    /// Between `-exec` and `;` or `+`.
    Exec,
    /// Behind `-c`, or on standard input, as a shell has it.
    Shell,
}

/// Where the other command runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Runs {
    Here,
    Container,
    Remote,
}

impl Wrapper {
    /// How a command that it runs is reached.
    pub(super) fn how(&self, name: &str) -> How {
        match (self.runs, self.takes) {
            (Runs::Container, _) => How::Container,
            (Runs::Remote, _) => How::Remote,
            (Runs::Here, Takes::Text(_) | Takes::Option(..) | Takes::Shell) => How::Script(name.into()),
            (Runs::Here, _) => How::Wrapper(name.into()),
        }
    }

    /// The words of its subcommand.
    pub(super) fn path(&self) -> impl Iterator<Item = &'static str> {
        self.call.split(' ').skip(1)
    }

    fn name(&self) -> &'static str {
        self.call.split(' ').next().unwrap_or_default()
    }

    /// Whether an option takes the next word as its value.
    pub(super) fn takes_value(&self, option: &str) -> bool {
        self.values.split_ascii_whitespace().any(|known| known == option)
    }
}

const fn here(call: &'static str, values: &'static str, takes: Takes) -> Wrapper {
    Wrapper { call, values, takes, runs: Runs::Here }
}

const fn contained(call: &'static str, values: &'static str, takes: Takes) -> Wrapper {
    Wrapper { call, values, takes, runs: Runs::Container }
}

const fn remote(call: &'static str, values: &'static str, takes: Takes) -> Wrapper {
    Wrapper { call, values, takes, runs: Runs::Remote }
}

const SUDO: &str = "-u --user -g --group -h --host -p --prompt -C --close-from -r --role -t --type -T --command-timeout -U \
     --other-user -D --chdir -R --chroot";
const DOCKER_EXEC: &str = "-e --env --env-file -u --user -w --workdir --detach-keys --index";
const DOCKER_RUN: &str = "-a --attach --add-host --annotation --blkio-weight --cap-add --cap-drop --cgroup-parent --cgroupns --cidfile \
     --cpu-period --cpu-quota --cpu-shares --cpus --cpuset-cpus --cpuset-mems -c --device --device-cgroup-rule --dns --dns-option \
     --dns-search --domainname -e --env --env-file --entrypoint --expose --gpus --group-add --health-cmd --health-interval \
     --health-retries --health-timeout --health-start-period -h --hostname --ip --ip6 --ipc --isolation -l --label --label-file --link \
     --log-driver --log-opt --mac-address -m --memory --memory-reservation --memory-swap --mount --name --net --network \
     --network-alias --oom-score-adj --pid --pids-limit --platform -p --publish --pull --restart --runtime --security-opt \
     --shm-size --stop-signal --stop-timeout --storage-opt --sysctl --tmpfs --ulimit -u --user --userns --uts -v --volume \
     --volume-driver --volumes-from -w --workdir --arch --os";
const NPX: &str = "-p --package -w --workspace --prefix --registry";
const SSH: &str = "-b -B -c -D -E -e -F -I -i -J -L -l -m -O -o -p -Q -R -S -W -w";

/// By name; the more particular call first.
static WRAPPERS: &[Wrapper] = &[
    here("asdf exec", "", Takes::Command(0)),
    here("ash", "", Takes::Shell),
    here("aws-vault exec", "", Takes::Dashes),
    here("bash", "", Takes::Shell),
    here("builtin", "", Takes::Command(0)),
    here("bundle exec", "", Takes::Command(0)),
    here("bunx", "-p --package", Takes::Command(0)),
    here("busybox", "", Takes::Command(0)),
    here("chamber exec", "", Takes::Dashes),
    here("chpst", "-u -U -b -e -m -d -o -p -f -c", Takes::Command(0)),
    here("chroot", "", Takes::Command(1)),
    here("command", "", Takes::Command(0)),
    here("cross-env", "", Takes::Command(0)),
    here("dash", "", Takes::Shell),
    here("direnv exec", "", Takes::Command(1)),
    here("doas", "-u -C", Takes::Command(0)),
    contained("docker compose exec", DOCKER_EXEC, Takes::Command(1)),
    contained("docker compose run", DOCKER_RUN, Takes::Command(1)),
    contained("docker container exec", DOCKER_EXEC, Takes::Command(1)),
    contained("docker container run", DOCKER_RUN, Takes::Image),
    contained("docker exec", DOCKER_EXEC, Takes::Command(1)),
    contained("docker run", DOCKER_RUN, Takes::Image),
    contained("docker-compose exec", DOCKER_EXEC, Takes::Command(1)),
    contained("docker-compose run", DOCKER_RUN, Takes::Command(1)),
    here("doppler run", "", Takes::Dashes),
    here("dotenv", "-f", Takes::Command(0)),
    here("dumb-init", "-r --rewrite", Takes::Command(0)),
    here("env", "", Takes::Option("-S --split-string", 0)),
    here("env", "-u --unset -C --chdir", Takes::Command(0)),
    here("eval", "", Takes::Text(0)),
    here("exec", "-a", Takes::Command(0)),
    here("faketime", "-f", Takes::Command(1)),
    here("find", "", Takes::Exec),
    here("flock", "", Takes::Option("-c --command", 1)),
    here("flock", "-w --timeout --wait -E --conflict-exit-code", Takes::Command(1)),
    here("gosu", "", Takes::Command(1)),
    here("gtimeout", "-s --signal -k --kill-after", Takes::Command(1)),
    here("ionice", "-c --class -n --classdata -p", Takes::Command(0)),
    here("k3s kubectl", "", Takes::Itself),
    here("ksh", "", Takes::Shell),
    contained("kubectl debug", "", Takes::Dashes),
    contained("kubectl exec", "", Takes::Dashes),
    contained("kubectl run", "", Takes::Dashes),
    here("microk8s kubectl", "", Takes::Itself),
    here("minikube kubectl", "", Takes::Itself),
    here("mise exec", "", Takes::Dashes),
    here("mise x", "", Takes::Dashes),
    here("nice", "-n --adjustment", Takes::Command(0)),
    here("nohup", "", Takes::Command(0)),
    here("npm exec", NPX, Takes::Option("-c --call", 9)),
    here("npm exec", NPX, Takes::Command(0)),
    here("npx", NPX, Takes::Option("-c --call", 9)),
    here("npx", NPX, Takes::Command(0)),
    here("nsenter", "-t --target -S --setuid -G --setgid", Takes::Command(0)),
    contained("oc debug", "", Takes::Dashes),
    contained("oc exec", "", Takes::Dashes),
    here("op run", "", Takes::Dashes),
    here(
        "parallel",
        "-j --jobs -a --arg-file -C --colsep -d --delimiter -n -N -I --delay --timeout --retries",
        Takes::Text(0),
    ),
    here("pipenv run", "", Takes::Command(0)),
    here("pipx run", "--spec --index-url --python", Takes::Command(0)),
    here("pnpm dlx", "--package", Takes::Command(0)),
    here("pnpm exec", "", Takes::Command(0)),
    contained("podman exec", DOCKER_EXEC, Takes::Command(1)),
    contained("podman run", DOCKER_RUN, Takes::Image),
    here("poetry run", "", Takes::Command(0)),
    here("runuser", "", Takes::Option("-c --command", 2)),
    here("runuser", "-g --group -G --supp-group -u --user", Takes::Command(0)),
    here("setsid", "", Takes::Command(0)),
    here("sh", "", Takes::Shell),
    here("sops exec-env", "", Takes::Text(1)),
    remote("ssh", SSH, Takes::Text(1)),
    here("sshpass", "-p -f -d -P", Takes::Command(0)),
    here("stdbuf", "-i -o -e --input --output --error", Takes::Command(0)),
    here("strace", "-e -o -p -s -u -E -a -P", Takes::Command(0)),
    here("su", "", Takes::Option("-c --command --session-command", 9)),
    here("su-exec", "", Takes::Command(1)),
    here("sudo", SUDO, Takes::Command(0)),
    here(
        "systemd-run",
        "-p --property -u --unit --description --slice -M --machine -H --host --uid --gid",
        Takes::Command(0),
    ),
    here("time", "-f --format -o --output", Takes::Command(0)),
    here("timeout", "-s --signal -k --kill-after", Takes::Command(1)),
    here("tini", "-p -e", Takes::Command(0)),
    here("trap", "", Takes::Text(0)),
    here("unbuffer", "", Takes::Command(0)),
    here("unshare", "-S -G -R -w", Takes::Command(0)),
    here("uv run", "--with --python -p --env-file --directory --project", Takes::Command(0)),
    here("uvx", "--with --python -p --from --env-file --directory --project", Takes::Command(0)),
    here("watch", "-n --interval", Takes::Text(0)),
    here(
        "xargs",
        "-a --arg-file -d --delimiter -E -I -L --max-lines -n --max-args -P --max-procs -s --max-chars",
        Takes::Command(0),
    ),
    here("yarn dlx", "-p --package", Takes::Command(0)),
    here("yarn exec", "", Takes::Command(0)),
    here("zsh", "", Takes::Shell),
];

/// The ways in which a command of this name runs others.
pub(super) fn wrappers(name: &str) -> &'static [Wrapper] {
    let start = WRAPPERS.partition_point(|wrapper| wrapper.name() < name);
    let count = WRAPPERS[start..].iter().take_while(|wrapper| wrapper.name() == name).count();
    &WRAPPERS[start..start + count]
}

/// Commands that never run their arguments, however much these look like a command.
pub(super) fn only_reads(name: &str) -> bool {
    const NAMES: &[&str] = &[
        ".", ":", "[", "alias", "apk", "apt", "apt-get", "asdf", "awk", "basename", "brew", "cat", "cd",
        "chmod", "choco", "chown", "cp", "curl", "cut", "declare", "dirname", "dnf", "echo", "egrep",
        "export", "false", "fgrep", "for", "gem", "git", "grep", "hash", "head", "install", "jq", "kill",
        "killall", "ln", "local", "logger", "ls", "make", "man", "mkdir", "mv", "npm", "pgrep", "pip",
        "pip3", "pkill", "print", "printf", "read", "readonly", "rg", "rm", "sed", "set", "sleep", "snap",
        "sort", "source", "tail", "tar", "tee", "test", "touch", "tr", "true", "type", "unalias", "unset",
        "wc", "wget", "whereis", "which", "yq", "yum", "zypper",
    ];
    NAMES.binary_search(&name).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrappers_are_sorted_so_that_they_can_be_searched() {
        assert!(WRAPPERS.is_sorted_by(|a, b| a.name() <= b.name()));
        assert_eq!(wrappers("env").len(), 2);
        assert!(only_reads("echo") && only_reads("zypper") && !only_reads("kubectl"));
    }
}
