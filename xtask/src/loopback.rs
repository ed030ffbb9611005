//! Ports and servers on this machine's loopback address.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::Child;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// How long a server that we started may take to answer.
const START_SECONDS_MAX: u64 = 90;

/// A port that nobody listens on. Somebody may take it before we do; that is then an error of the one we start.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// Waits until `GET path` on the port answers 200, as long as `child` lives.
pub fn wait_until_ready(child: &mut Child, port: u16, path: &str) -> Result<()> {
    wait(child, port, path, Duration::from_millis(100))
}

/// The same, and looks often: for whoever measures how long it takes.
pub fn wait_closely(child: &mut Child, port: u16, path: &str) -> Result<()> {
    wait(child, port, path, Duration::from_millis(1))
}

/// What `GET` answers at an address of this machine; its head and its body.
pub fn get(url: &str) -> Result<String> {
    let rest = url.strip_prefix("http://").unwrap_or(url);
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let mut stream = TcpStream::connect(host)?;
    write!(
        stream,
        "GET /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n"
    )?;
    let mut said = String::new();
    stream.read_to_string(&mut said)?;
    Ok(said)
}

fn wait(child: &mut Child, port: u16, path: &str, between: Duration) -> Result<()> {
    let until = Instant::now() + Duration::from_secs(START_SECONDS_MAX);
    while Instant::now() < until {
        if let Some(status) = child.try_wait()? {
            bail!("the server ended with {status} before it was ready");
        }
        if answers(port, path) {
            return Ok(());
        }
        std::thread::sleep(between);
    }
    bail!("the server did not answer on port {port} within {START_SECONDS_MAX} s")
}

fn answers(port: u16, path: &str) -> bool {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let Ok(mut stream) = TcpStream::connect_timeout(&address, Duration::from_secs(1)) else {
        return false;
    };
    let request = format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nconnection: close\r\n\r\n");
    let mut head = [0; 12];
    stream.set_read_timeout(Some(Duration::from_secs(5))).is_ok()
        && stream.write_all(request.as_bytes()).is_ok()
        && stream.read_exact(&mut head).is_ok()
        && head.ends_with(b" 200")
}
