//! What stands between this machine and a farm, step by step: each check needs those before it.

mod address;
mod overview;
mod proxy;
mod raw;
mod reach;
mod talk;
mod tls;

use self::address::Place;
use super::sheet::Sheet;
use crate::arguments::AccessArguments;
use crate::failure::Failure;
use crate::farm::connection;
use crate::farm::converse;

/// Examines a farm, as far as it can be reached.
pub(crate) fn examine(farm: &str, access: &AccessArguments, sheet: &mut Sheet) -> Result<(), Failure> {
    let place = match Place::of(farm) {
        Ok(place) => place,
        Err(fault) => return sheet.add(fault),
    };
    let reached = match &place {
        Place::Unix(path) => reach::socket(path),
        Place::Tcp { host, port, .. } => reach::network(host, *port),
    };
    sheet.extend(reached.findings)?;
    if let (Place::Tcp { tls: true, host, .. }, Some(stream)) = (&place, reached.stream) {
        let greeted = tls::check(stream, host, access.tls_ca.as_deref());
        sheet.extend(greeted.findings)?;
        if !greeted.can_go_on {
            return Ok(());
        }
    } else if !reached.is_there {
        return Ok(());
    }
    let token = match connection::token(access) {
        Ok(token) => token,
        Err(failure) => return sheet.add(talk::token_unreadable(&failure)),
    };
    converse(async { talk::examine(&place, token, access, sheet).await })
}
