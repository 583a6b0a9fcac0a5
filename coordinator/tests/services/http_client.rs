//! A small HTTP client.

use std::net::SocketAddr;

use clipig_coordinator::settings::ListenAddress;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value as Json;
use tokio::net::TcpStream;

use crate::support::TestFarm;

pub(crate) type Sent = Request<Full<Bytes>>;

/// A request with a body.
pub(crate) fn request(method: &str, path: &str, body: &str) -> Sent {
    let mut builder = Request::builder().method(method).uri(path).header("host", "127.0.0.1");
    if !body.is_empty() {
        builder = builder.header("content-type", "application/json");
    }
    builder.body(Full::from(body.to_owned())).unwrap()
}

pub(crate) fn with(mut request: Sent, name: &'static str, value: &str) -> Sent {
    request.headers_mut().insert(name, value.parse().unwrap());
    request
}

/// Sends it on a connection of its own.
pub(crate) async fn send(farm: &TestFarm, request: Sent) -> Response<Incoming> {
    let stream = TcpStream::connect(address(farm)).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    sender.send_request(request).await.unwrap()
}

pub(crate) fn address(farm: &TestFarm) -> SocketAddr {
    let ListenAddress::Tcp(address) = farm.http else { panic!("not TCP") };
    address
}

/// Sends it and reads the status and the body.
pub(crate) async fn call(farm: &TestFarm, request: Sent) -> (u16, Json) {
    let response = send(farm, request).await;
    let status = response.status().as_u16();
    let kind = response.headers()["content-type"].to_str().unwrap().to_owned();
    assert_eq!(kind == "application/problem+json", status >= 400, "{status} {kind}");
    assert_eq!(response.headers()["x-content-type-options"], "nosniff");
    let json = serde_json::from_slice(&bytes(response).await).unwrap();
    (status, json)
}

pub(crate) async fn get(farm: &TestFarm, path: &str) -> (u16, Json) {
    call(farm, request("GET", path, "")).await
}

pub(crate) async fn post(farm: &TestFarm, path: &str, body: &Json) -> (u16, Json) {
    call(farm, request("POST", path, &body.to_string())).await
}

pub(crate) async fn put(farm: &TestFarm, path: &str, body: &Json) -> (u16, Json) {
    call(farm, request("PUT", path, &body.to_string())).await
}

pub(crate) async fn bytes(response: Response<Incoming>) -> Bytes {
    response.into_body().collect().await.unwrap().to_bytes()
}
