use chathook_protocol::Query;

#[test]
fn as_documented() {
    let query = Query::parse(
        "SdkAppid=1400000001&CallbackCommand=Group.CallbackAfterSendMsg&contenttype=json&ClientIP=203.0.113.9\
         &OptPlatform=iPad&Sign=0a1b&RequestTime=1760000001&RequestID=r-1",
    );
    assert_eq!(query.sdk_app_id(), Some("1400000001"));
    assert_eq!(query.command(), Some("Group.CallbackAfterSendMsg"));
    assert_eq!(query.client_ip(), Some("203.0.113.9"));
    assert_eq!(query.opt_platform(), Some("iPad"));
    assert_eq!(query.sign(), Some("0a1b"));
    assert_eq!(query.request_time(), Some("1760000001"));
    assert_eq!(query.request_id(), Some("r-1"));
    assert_eq!(query.conflict(), None);
}

#[test]
fn sdk_app_id_in_every_spelling() {
    let cases = [
        ("SdkAppid=1", Some("1")),
        ("SDKAppID=1", Some("1")),
        ("SdkAppId=1", Some("1")),
        ("sdkappid=1", Some("1")),
        ("Sdk%41ppid=1", Some("1")),
        ("SdkAppid=%31", Some("1")),
        ("&&SdkAppid=1&&", Some("1")),
        ("=x&SdkAppid=1&=", Some("1")),
        ("SdkAppid=&SdkAppid=1", Some("1")),
        ("SdkAppid&ClientIP&OptPlatform", None),
        ("SdkAppid=", None),
        ("XSdkAppid=1", None),
        ("", None),
        ("&", None),
        ("=", None),
    ];
    for (raw, expected) in cases {
        assert_eq!(Query::parse(raw).sdk_app_id(), expected, "{raw}");
    }
}

#[test]
fn values_are_decoded() {
    let cases = [
        ("OptPlatform=a+b", "a b"),
        ("OptPlatform=a%20b", "a b"),
        ("OptPlatform=%E7%BD%91", "网"),
        ("OptPlatform=网", "网"),
        ("OptPlatform=%FF", "\u{FFFD}"),
        ("OptPlatform=%", "%"),
        ("OptPlatform=%zz", "%zz"),
        ("OptPlatform=a=b", "a=b"),
        ("OptPlatform=a%26b", "a&b"),
    ];
    for (raw, expected) in cases {
        assert_eq!(Query::parse(raw).opt_platform(), Some(expected), "{raw}");
    }
}

#[test]
fn command_under_both_names() {
    assert_eq!(Query::parse("WebhookCommand=C2C.X").command(), Some("C2C.X"));
    assert_eq!(Query::parse("webhookcommand=C2C.X").command(), Some("C2C.X"));
    let same = Query::parse("CallbackCommand=C2C.X&WebhookCommand=C2C.X");
    assert_eq!((same.command(), same.conflict()), (Some("C2C.X"), None));
    assert_eq!(Query::parse("WebhookCommand=C2C.X&CallbackCommand=C2C.Y").conflict(), Some("callbackcommand"));
}

#[test]
fn the_same_parameter_twice() {
    let cases = [
        ("SdkAppid=1&SdkAppid=1", None),
        ("SdkAppid=1&sdkAPPid=%31", None),
        ("SdkAppid=1&SdkAppid=2", Some("sdkappid")),
        ("SdkAppid=1&SDKAppID=2", Some("sdkappid")),
        ("SdkAppid=1&SdkAppid=1&SdkAppid=2", Some("sdkappid")),
        ("a=1&b=2&A=1&B=3", Some("b")),
        ("Sign=a&Sign=A", Some("sign")),
        // Without a name or a value it is not there.
        ("=1&=2", None),
        ("ClientIP&ClientIP=203.0.113.9", None),
        ("ClientIP=203.0.113.9&ClientIP=", None),
    ];
    for (raw, expected) in cases {
        assert_eq!(Query::parse(raw).conflict(), expected, "{raw}");
    }
}

#[test]
fn a_flood_of_parameters_costs_no_time_to_speak_of() {
    let pairs: Vec<_> = (0..200_000).map(|n| format!("{n}={n}")).collect();
    assert_eq!(Query::parse(&pairs.join("&")).conflict(), None);
}
