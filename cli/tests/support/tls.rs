//! Servers of a test, their certificates, and the authority that signs them.

use std::net::{SocketAddr, TcpListener};
use std::time::{Duration, SystemTime};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair};

use tonic::service::Routes;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Identity, Server, ServerTlsConfig};

use super::support::Studio;

/// A day.
const DAY: Duration = Duration::from_hours(24);

/// Certificate and key in PEM.
pub(crate) struct Pair {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

/// Who signs certificates.
pub(crate) type Authority = CertifiedIssuer<'static, KeyPair>;

/// An authority whose certificate lies in this file.
pub(crate) fn authority(studio: &Studio, file: &str) -> Authority {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    studio.write(file, authority.pem());
    authority
}

/// A server's certificate with this name, valid from and to so many days from now.
pub(crate) fn signed(authority: &Authority, name: &str, days: [i32; 2]) -> Pair {
    let moment = |days: i32| {
        let time = SystemTime::now();
        if days < 0 { time - DAY * days.unsigned_abs() } else { time + DAY * days.unsigned_abs() }
    };
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    (params.not_before, params.not_after) = (moment(days[0]).into(), moment(days[1]).into());
    let key = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, authority).unwrap().pem();
    Pair { certificate, key: key.serialize_pem() }
}

/// A farm's kind of server, with TLS where there is a certificate. Where.
pub(crate) fn serve(pair: Option<Pair>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut server = Server::builder();
            if let Some(Pair { certificate, key }) = pair {
                let tls = ServerTlsConfig::new().identity(Identity::from_pem(certificate, key));
                server = server.tls_config(tls).unwrap();
            }
            listener.set_nonblocking(true).unwrap();
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            server.add_routes(Routes::default()).serve_with_incoming(TcpIncoming::from(listener)).await
        })
    });
    address
}
