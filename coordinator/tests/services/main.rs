//! The coordinator's services, with real sockets: who is let in, what is refused, and what nobody may break.

mod api;
mod api_access;
mod api_contract;
mod bombs;
mod documents;
mod exhaustion;
mod health;
mod hostile_workers;
mod http_client;
mod other_builds;
mod quotas;
mod roles;
mod spot_checks;
mod standin;
mod support;
mod tls;
mod tokens;
mod uploads;
mod watching;
mod worker_certificates;
mod workers;
