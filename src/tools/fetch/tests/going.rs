//! Where one may go, and where one is led.

use super::*;

#[tokio::test]
async fn nothing_inward_is_ever_connected_to() {
    let canary = Server::canary().await;
    // Hosts as they can be written, all of which mean this machine or somewhere else inward. `@` is the canary's port.
    let hosts = "127.0.0.1 127.1 127.0.1 127.0.0.2 127.255.255.254 2130706433 0x7f000001 0x7F.1 0177.0.0.1 017700000001 \
        0x7f.0x0.0x0.0x1 0177.0.0.01 127.0.0.1. 0 0.0.0.0 0x0 %31%32%37.0.0.1 127。0。0。1 １２７.0.0.1 ①②⑦.0.0.1 \
        localhost LOCALHOST localhost. LocalHost.localhost a.localhost a.b.localhost. loc%61lhost ｌocalhost \
        [::1] [0:0:0:0:0:0:0:1] [0000::0001] [::] [::ffff:127.0.0.1] [::ffff:7f00:1] [::127.0.0.1] [64:ff9b::127.0.0.1] \
        [64:ff9b:1::7f00:1] [2002:7f00:1::] [2001:0:7f00:1::] [::ffff:0:127.0.0.1] [fe80::1] [fc00::1] [fd12:3456::1] \
        [fec0::1] [ff02::1] [fd00:ec2::254] [2001:db8::1] [100::1] \
        10.0.0.1 10.1 167772161 172.16.0.1 172.31.255.255 192.168.0.1 192.168.1 3232235521 100.64.0.1 100.127.255.255 \
        169.254.169.254 169.254.169.254. 2852039166 0xa9fea9fe 0251.0376.0251.0376 [::ffff:169.254.169.254] \
        [::ffff:a9fe:a9fe] [64:ff9b::a9fe:a9fe] 100.100.100.200 192.0.0.192 168.63.129.16 169.254.170.2 \
        224.0.0.1 239.255.255.250 255.255.255.255 240.0.0.1 192.0.2.1 198.51.100.1 203.0.113.1 198.18.0.1 192.88.99.1 \
        rebound.example REBOUND.example. bücher.example xn--bcher-kva.example mixed.example mapped.example metadata.example";
    let mut urls: Vec<String> =
        hosts.split_whitespace().map(|host| format!("http://{host}:{}/", canary.port)).collect();
    for shape in [
        "https://127.0.0.1:@/",
        "http:\\\\127.0.0.1:@\\",
        "http:127.0.0.1:@",
        "hTTp:///127.0.0.1:@/",
        " http://127.0.0.1:@/ ",
        "http://127.0.0.1\t:@/",
        "http://example.com@127.0.0.1:@/",
        "http://127.0.0.1:@#@example.com/",
        "http://127.0.0.1:@?@example.com/",
        "http://a:b@127.0.0.1:@/",
        "http://127.0.0.1:0@/",
    ] {
        // The port, not the sign before a host.
        urls.push(
            shape.replace(":@", &format!(":{}", canary.port)).replace(":0@", &format!(":0{}", canary.port)),
        );
    }
    assert!(urls.len() >= 90, "{}", urls.len());
    // The canary's port is one that may be fetched from, so that only the address keeps anybody away.
    let mut policy = Policy::default();
    policy.ports = vec![canary.port];
    let fetcher = fetcher(policy, |host, _| match host {
        "mixed.example" => vec!["1.1.1.1", "127.0.0.1"],
        "mapped.example" => vec!["::ffff:127.0.0.1"],
        "metadata.example" => vec!["169.254.169.254"],
        _ => vec!["127.0.0.1"],
    });
    for url in &urls {
        let error = fetcher.fetch(&wish(url.as_str())).await.unwrap_err();
        assert!(matches!(error, FetchError::Inward { .. } | FetchError::Credentials), "{url}: {error:?}");
    }
    assert_eq!(canary.connections(), 0);
    // It would have been found.
    fetcher_for(&canary).fetch(&wish(canary.url("/"))).await.unwrap();
    assert_eq!(canary.connections(), 1);
}

#[tokio::test]
async fn what_is_no_address_of_the_web_is_refused() {
    let fetcher = fetcher(Policy::default(), |_, _| panic!("nobody is asked"));
    for (url, what) in [
        ("", "not an address"),
        ("example.com/page", "https://example.com/page"),
        ("http://", "not an address"),
        ("http://[fe80::1%25eth0]/", "not an address"),
        ("http://[fe80::1%eth0]/", "not an address"),
        ("http://127.0.0.1.2.3/", "not an address"),
        ("http://256.1.1.1/", "not an address"),
        ("http://4294967296/", "not an address"),
        ("http://a b/", "not an address"),
        ("http://./", "names no host"),
        ("file:///etc/passwd", "not `file:`"),
        ("ftp://example.com/", "not `ftp:`"),
        ("gopher://127.0.0.1:70/_x", "not `gopher:`"),
        ("data:text/html,x", "not `data:`"),
        ("javascript:alert(1)", "not `javascript:`"),
        ("localhost:8080", "not `localhost:`"),
        ("unix:/var/run/docker.sock", "not `unix:`"),
        ("view-source:http://example.com", "not `view-source:`"),
        ("http://user@example.com/", "before the @"),
        ("http://:secret@example.com/", "before the @"),
        ("http://example.com:22/", "port 22"),
        ("http://example.com:25/", "port 25"),
        ("https://example.com:5432/", "port 5432"),
        ("http://example.com:0/", "port 0"),
    ] {
        let error = refusal(&fetcher, url).await;
        assert!(error.contains(what) && !error.contains("secret"), "{url}: {error}");
    }
    let long = format!("https://example.com/{}", "a".repeat(5000));
    assert!(refusal(&fetcher, &long).await.contains("too long"));
}

#[tokio::test]
async fn a_name_is_resolved_once_for_each_hop_and_what_was_checked_is_connected_to() {
    let server = Server::start(|path| match path {
        "/again" => (leads_to("/page"), Then::Close),
        _ => (http("200 OK", "text/plain", b"a page"), Then::Close),
    })
    .await;
    let mut policy = Policy::with_exceptions(&["127.0.0.1".into()]).unwrap();
    policy.ports = vec![server.port];
    // The first answer may be gone to; every later one may not.
    let names = |_: &str, asked: usize| if asked == 0 { vec!["127.0.0.1"] } else { vec!["127.0.0.2"] };
    let url = |path: &str| format!("http://rebinding.example:{}{path}", server.port);
    let page = fetcher(policy.clone(), names).fetch(&wish(url("/page"))).await.unwrap();
    assert_eq!((page.text.as_str(), server.connections()), ("a page", 1));
    let error = refusal(&fetcher(policy.clone(), names), &url("/again")).await;
    assert!(error.contains("leads on to") && error.contains("address of this machine"), "{error}");
    assert_eq!(server.connections(), 2);
    // A good address among bad ones is no way in, nor is a name without any.
    let error = refusal(&fetcher(policy.clone(), |_, _| vec!["127.0.0.1", "10.0.0.1"]), &url("/page")).await;
    assert!(error.contains("private network"), "{error}");
    assert!(refusal(&fetcher(policy, |_, _| vec![]), &url("/page")).await.contains("no host"));
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn redirects_are_checked_like_addresses() {
    let canary = Server::canary().await;
    let port = canary.port;
    let server = Server::start(move |path| {
        let to = match path {
            "/canary" => format!("http://127.0.0.1:{port}/"),
            "/scheme" => format!("//127.0.0.1:{port}/"),
            "/name" => format!("http://localhost:{port}/"),
            "/metadata" => "http://169.254.169.254/latest/meta-data/?token=hidden".into(),
            "/file" => "file:///etc/passwd".into(),
            "/login" => "http://me:hidden@example.com/".into(),
            "/port" => "http://example.com:22/".into(),
            "/nowhere" => "http://".into(),
            "/loop" => "/loop".into(),
            "/five" => "/four".into(),
            "/four" => "three".into(),
            "/three" => "?/two".into(),
            "/three?/two" => "./one".into(),
            "/one" => "/end#part".into(),
            _ => return (http("200 OK", "text/plain; charset=utf-8", b"the end"), Then::Close),
        };
        (leads_to(&to), Then::Close)
    })
    .await;
    let mut fetcher = fetcher_for(&server);
    // Only its address keeps anybody away from the canary.
    fetcher.exchange.policy.ports.push(canary.port);
    for (path, what) in [
        ("/canary", "address of this machine"),
        ("/scheme", "address of this machine"),
        ("/name", "address of this machine"),
        ("/metadata", "credentials"),
        ("/file", "not `file:`"),
        ("/login", "before the @"),
        ("/port", "port 22"),
        ("/nowhere", "not an address"),
        ("/loop", "after 5 of them"),
    ] {
        let error = refusal(&fetcher, &server.url(path)).await;
        assert!(error.contains(what) && !error.contains("hidden"), "{path}: {error}");
    }
    let page = fetcher.fetch(&wish(server.url("/five"))).await.unwrap();
    assert_eq!((page.url.as_str(), page.text.as_str()), (server.url("/end#part").as_str(), "the end"));
    assert_eq!(canary.connections(), 0);
}

#[tokio::test]
async fn what_is_allowed_for_longer_are_the_pages_of_one_server() {
    let server = Server::canary().await;
    let fetcher = fetcher_for(&server);
    for (url, glob) in [
        ("https://example.com/a?b#c", "https://example.com/*"),
        ("HTTP://EXAMPLE.com:8080", "http://example.com:8080/*"),
        ("https://me@example.com/", "https://example.com/*"),
        ("https://*.example.com/", ""),
        ("https://*/", ""),
        ("file:///etc", ""),
        ("nonsense", ""),
    ] {
        assert_eq!(fetcher.scope(&json!({"url": url})).unwrap().glob, glob, "{url}");
    }
}
