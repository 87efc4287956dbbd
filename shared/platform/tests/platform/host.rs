use chathook_platform::{DEFAULT_CALLS_PER_SECOND, DataCenter, Host, HostError, Platform};

use crate::server::app;

#[test]
fn a_data_center_is_chosen_by_its_name() {
    let documented = [
        ("china", "https://console.tim.qq.com"),
        ("singapore", "https://adminapisgp.im.qcloud.com"),
        ("seoul", "https://adminapikr.im.qcloud.com"),
        ("tokyo", "https://adminapijpn.im.qcloud.com"),
        ("frankfurt", "https://adminapiger.im.qcloud.com"),
        ("silicon-valley", "https://adminapiusa.im.qcloud.com"),
        ("jakarta", "https://adminapiidn.im.qcloud.com"),
    ];
    let known = DataCenter::ALL.map(|it| (it.name(), Host::DataCenter(it).to_string()));
    assert_eq!(known, documented.map(|(name, host)| (name, host.to_owned())));
    for data_center in DataCenter::ALL {
        assert_eq!(data_center.name().parse(), Ok(data_center));
    }
    for name in ["", "China", "console.tim.qq.com", "https://adminapisgp.im.qcloud.com", "mars"] {
        let error = name.parse::<DataCenter>().unwrap_err();
        assert_eq!(error, HostError::DataCenter(name.to_owned()));
        assert!(error.to_string().contains("china, singapore, seoul"), "{error}");
    }
}

#[test]
fn a_double_is_on_this_machine() {
    for (address, is_here) in
        [("127.0.0.1:80", true), ("[::1]:80", true), ("10.0.0.1:80", false), ("0.0.0.0:80", false)]
    {
        let address = address.parse().unwrap();
        let made = Platform::new(app(), Host::Double(address), DEFAULT_CALLS_PER_SECOND, || 0);
        assert_eq!(made.err(), (!is_here).then_some(HostError::NotLoopback(address)));
    }
}

#[test]
fn the_platform_is_called_over_tls() {
    // Nothing is sent. A machine may lack root certificates, which is told.
    let host = Host::DataCenter(DataCenter::Singapore);
    let made = Platform::new(app(), host, DEFAULT_CALLS_PER_SECOND, || 0);
    assert!(matches!(made, Ok(_) | Err(HostError::RootCertificates(_))), "{made:?}");
}
