//! Workloads, and what scales and protects them.

use super::{Rules, cron, field, integer, is_mapping, text};
use crate::checks::own;
use crate::expr::Quantity;
use crate::schema::say::head;
use crate::source::Span;
use crate::yaml::{Node, Scalar};

impl Rules {
    /// A workload whose pods are always restarted.
    pub(super) fn workload(&mut self, spec: Node<'_>, kind: &str) {
        self.selector(spec, kind);
        let claims =
            if kind == "StatefulSet" { self.listed(spec, "volumeClaimTemplates") } else { Vec::new() };
        if let Some(template) = field(spec, "template") {
            self.pod(template, &claims);
            self.always_restarted(template, kind);
        }
        if kind == "Deployment" {
            self.strategy(spec);
        }
    }

    /// `ValidatePodTemplateSpecForReplicaSet`, `ValidateDaemonSetSpec`, `ValidateStatefulSetSpec`.
    fn always_restarted(&mut self, template: Node<'_>, kind: &str) {
        let Some(pod) = field(template, "spec") else { return };
        if let Some(policy) = field(pod, "restartPolicy")
            && let Some(word) = text(policy).filter(|word| matches!(&**word, "OnFailure" | "Never"))
        {
            let message =
                format!("the pods of a {kind} are always restarted, but `restartPolicy` is `{word}`");
            let found = own("invalid-value", policy.place(), message);
            self.say(found.with_help("remove it, or make this a Job"));
        }
        if let Some(entry) = pod.entry("activeDeadlineSeconds")
            && integer(entry.value).is_some()
        {
            let message = format!("the pods of a {kind} have no deadline");
            let found = own("invalid-value", entry.key.place(), message);
            self.say(found.with_help("remove it; only Jobs and Pods have `activeDeadlineSeconds`"));
        }
    }

    /// `ValidateDeploymentStrategy`, `ValidateDeploymentSpec`.
    fn strategy(&mut self, spec: Node<'_>) {
        let deadline = field(spec, "progressDeadlineSeconds");
        let ready = field(spec, "minReadySeconds");
        if let (Some(deadline), Some(ready)) = (deadline, ready)
            && let (Some(most), Some(least)) = (integer(deadline), integer(ready))
            && most <= least
        {
            let message =
                format!("`progressDeadlineSeconds` is {most}, but must be more than `minReadySeconds`");
            let found = own("invalid-value", deadline.place(), message);
            let found = found.with_help(format!("write more than {least}"));
            self.say(found.with_related(ready.place(), "`minReadySeconds`"));
        }
        let Some(strategy) = field(spec, "strategy") else { return };
        let Some(rolling) = strategy.entry("rollingUpdate").filter(|entry| is_mapping(entry.value)) else {
            return;
        };
        let of = field(strategy, "type");
        if let Some(of) = of.filter(|of| of.text() == "Recreate") {
            let message = "a strategy of `Recreate` has `rollingUpdate`";
            let found = own("exclusive-keys", rolling.key.place(), message);
            let found = found.with_help("remove it, or write `type: RollingUpdate`");
            return self.say(found.with_related(of.place(), "the type of the strategy"));
        }
        let (surge, gone) = (field(rolling.value, "maxSurge"), field(rolling.value, "maxUnavailable"));
        if let (Some(surge), Some(gone)) = (surge, gone)
            && is_zero(surge)
            && is_zero(gone)
        {
            let message = "`maxSurge` and `maxUnavailable` are both 0, so that no pod can be replaced";
            let found = own("invalid-value", gone.place(), message);
            let found = found.with_help("let one of them be 1 or more");
            self.say(found.with_related(surge.place(), "`maxSurge`"));
        }
    }

    /// `validateJobSpec`: the pods of a Job are not always restarted.
    pub(super) fn job(&mut self, spec: Node<'_>, kind: &str) {
        let Some(template) = field(spec, "template") else { return };
        self.pod(template, &[]);
        let Some(pod) = field(template, "spec").filter(|pod| is_mapping(*pod)) else { return };
        let help = "write `restartPolicy: OnFailure`, or `Never`";
        match field(pod, "restartPolicy") {
            None if self.sees_all(pod) => {
                let message = format!(
                    "the pods of a {kind} need a `restartPolicy`: without one they are always restarted"
                );
                self.say(own("missing-key", head(pod), message).with_help(help));
            }
            Some(policy) if text(policy).is_some_and(|word| word == "Always") => {
                let message = format!("the pods of a {kind} come to an end, but `restartPolicy` is `Always`");
                self.say(own("invalid-value", policy.place(), message).with_help(help));
            }
            _ => {}
        }
    }

    /// `validateCronJobSpec`.
    pub(super) fn cron_job(&mut self, spec: Node<'_>) {
        if let Some(node) = field(spec, "schedule")
            && let Some(schedule) = text(node)
            && let Some(fault) = cron::fault(&schedule)
        {
            let place = node.text_place(Span::from(fault.part)).unwrap_or_else(|| node.place());
            self.say(own("invalid-value", place, fault.what).with_help(fault.help));
        }
        if let Some(node) = field(spec, "timeZone")
            && let Some(zone) = text(node)
            && !is_zone(&zone)
        {
            let names = tzdb_data::TZ_NAMES.iter().copied();
            let near = crate::shape::suggest(&zone, names);
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => "write a name of the IANA database, as `Europe/Berlin`".to_owned(),
            };
            let message = format!("there is no time zone `{zone}`");
            self.say(own("invalid-value", node.place(), message).with_help(help));
        }
        if let Some(job) = field(spec, "jobTemplate").and_then(|job| field(job, "spec")) {
            self.job(job, "CronJob");
        }
    }

    /// `validateHorizontalPodAutoscalerSpec`.
    pub(super) fn autoscaler(&mut self, spec: Node<'_>) {
        let (least, most) = (field(spec, "minReplicas"), field(spec, "maxReplicas"));
        if let (Some(least), Some(most)) = (least, most)
            && let (Some(low), Some(high)) = (integer(least), integer(most))
            && high < low
        {
            let message = format!("`maxReplicas` is {high}, but `minReplicas` is {low}");
            let found = own("invalid-value", most.place(), message);
            let found = found.with_help(format!("write {low} or more, or lower `minReplicas`"));
            self.say(found.with_related(least.place(), "`minReplicas`"));
        }
    }

    /// `ValidatePodDisruptionBudgetSpec`.
    pub(super) fn budget(&mut self, spec: Node<'_>) {
        let given = |key: &str| spec.entry(key).filter(|entry| !entry.value.is_null());
        if let (Some(least), Some(most)) = (given("minAvailable"), given("maxUnavailable")) {
            let mut keys = [least.key, most.key];
            keys.sort_by_key(|key| key.place());
            let message = "a budget has `minAvailable` or `maxUnavailable`, not both".to_owned();
            self.exclusive(keys[0], keys[1], message);
        }
    }
}

/// Go's `time.LoadLocation`; `validateTimeZone` refuses `Local`. What systems have beside the database (`posix/…`) may be there.
fn is_zone(zone: &str) -> bool {
    !zone.eq_ignore_ascii_case("local")
        && (tzdb_data::find_tz(zone.as_bytes()).is_some()
            || zone.starts_with("posix/")
            || zone.starts_with("right/")
            || matches!(zone, "Factory" | "posixrules" | "localtime"))
}

/// `0`, or `0%`.
fn is_zero(node: Node<'_>) -> bool {
    match node.scalar() {
        Scalar::Int(value) => value == 0,
        Scalar::Str(text) => {
            text.strip_suffix('%').and_then(Quantity::parse).is_some_and(|share| share.sign() == 0)
        }
        _ => false,
    }
}
