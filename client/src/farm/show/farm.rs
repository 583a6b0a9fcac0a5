//! The farm as a whole.

use clipig_access::Limit;
use clipig_schedule::memory::Bytes;
use console::style;

use super::columns::{Facts, plain};
use super::{colored_job_state, colored_worker_state, counted, role};
use crate::farm::time;
use crate::farm::wire::{Farm, Identity, OwnerQuotas, Quota};

/// A page about a farm.
pub(crate) fn text(farm: &Farm, address: &str) -> String {
    let mut facts = Facts::default();
    facts.add("version", plain(&farm.version, 40));
    let again = farm.incarnation.saturating_sub(1);
    let restarts =
        if again == 0 { String::new() } else { format!(", started again {}", counted(again, "time")) };
    facts.add("up for", time::duration(farm.uptime_seconds) + &restarts);
    let jobs = farm.jobs.iter().map(|jobs| format!("{} {}", jobs.count, colored_job_state(jobs.state())));
    facts.add("jobs", none_or(&jobs.collect::<Vec<_>>(), "none"));
    facts.add(
        "room",
        format!("{} may run side by side, {} may wait", farm.max_running_jobs, farm.max_queued_jobs),
    );
    let workers =
        farm.workers.iter().map(|one| format!("{} {}", one.count, colored_worker_state(one.state())));
    facts.add("workers", none_or(&workers.collect::<Vec<_>>(), "none; start one with `clipig worker`"));
    facts.add("speed", format!("{:.1} samples/s", farm.samples_per_second));
    facts.add(
        "disk",
        format!("{} of data, {} free", time::bytes(farm.data_size), time::bytes(farm.disk_free)),
    );
    let certificate = farm.certificate_expires.as_ref().and_then(time::exact);
    facts.add("tls", certificate.map(|expires| format!("certificate expires {expires}")).unwrap_or_default());
    facts.add("you", farm.you.as_ref().map(identity).unwrap_or_default());
    for (place, one) in farm.quotas.iter().enumerate() {
        facts.add(if place == 0 { "quotas" } else { "" }, quotas(one));
    }
    let page = facts.page(&style(format!("farm at {address}")).bold().to_string());
    farm.warnings.iter().fold(page, |page, one| page + "warning: " + &plain(one, 300) + "\n")
}

/// `alice, artist (token alice-laptop)`.
fn identity(you: &Identity) -> String {
    let token =
        if you.token.is_empty() { String::new() } else { format!(" (token {})", plain(&you.token, 64)) };
    format!("{}, {}{token}", plain(&you.owner, 64), role(you.role()))
}

/// `alice: jobs-waiting 3 of 100, calls 20/s`.
fn quotas(owner: &OwnerQuotas) -> String {
    let limits: Vec<String> = owner.quotas.iter().map(quota).collect();
    format!("{}: {}", plain(&owner.owner, 64), limits.join(", "))
}

fn quota(quota: &Quota) -> String {
    let limit = Limit::ALL.into_iter().find(|limit| limit.as_str() == quota.limit);
    let amount = |amount: u64| match limit {
        Some(Limit::Upload | Limit::Bytes) => Bytes(amount).to_string(),
        _ => amount.to_string(),
    };
    let (name, most) = (plain(&quota.limit, 20), amount(quota.most));
    match (quota.used, limit) {
        (Some(used), _) => format!("{name} {} of {most}", amount(used)),
        (None, Some(Limit::Calls | Limit::Upload)) => format!("{name} {most}/s"),
        (None, _) => format!("{name} at most {most}"),
    }
}

fn none_or(parts: &[String], none: &str) -> String {
    if parts.is_empty() { none.to_owned() } else { parts.join(", ") }
}
