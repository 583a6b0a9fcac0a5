//! Clients that take more than their share.

use std::time::{Duration, Instant};

use clipig_proto::v1;
use clipig_proto::v1::farm_service_client::FarmServiceClient;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

use crate::health::page;
use crate::support::{CLIENT_TOKEN, Show, TestFarm, tcp, tokens};

/// Whether the other end has closed a connection on which it says nothing.
async fn is_closed(socket: &mut TcpStream) -> bool {
    let mut bytes = [0; 1_024];
    let read = tokio::time::timeout(Duration::from_millis(1), socket.read(&mut bytes)).await;
    matches!(read, Ok(Ok(0) | Err(_)))
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_connections_without_a_token_make_room() {
    let farm = TestFarm::with(|settings| {
        settings.tokens = Some(tokens());
        settings.limits.connections_per_peer = 5;
    })
    .await;
    let mut idle = Vec::new();
    for _ in 0..40 {
        idle.push(TcpStream::connect(tcp(&farm.address)).await.unwrap());
    }
    let mut client = FarmServiceClient::with_interceptor(farm.channel().await, Show(CLIENT_TOKEN));
    client.get_farm(v1::GetFarmRequest {}).await.unwrap();
    let (mut closed, patience) = (0, Instant::now() + Duration::from_mins(2));
    while closed < 36 {
        assert!(Instant::now() < patience, "only {closed} connections were closed");
        let mut open = Vec::new();
        for mut socket in std::mem::take(&mut idle) {
            if is_closed(&mut socket).await {
                closed += 1;
            } else {
                open.push(socket);
            }
        }
        idle = open;
    }
    let (_, text) = page(&farm.http, "/metrics").await;
    assert!(text.contains("clipig_connections{state=\"known\"} 1\n"), "{text}");
    // Nobody who is known had to go.
    client.get_farm(v1::GetFarmRequest {}).await.unwrap();
}
