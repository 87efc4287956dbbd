//! Where the platform is called: one host for each data center.

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;

use thiserror::Error;

/// Where the app's data is. A call to another data center's host is refused with 60026.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataCenter {
    /// `china`
    China,
    /// `singapore`
    Singapore,
    /// `seoul`
    Seoul,
    /// `tokyo`
    Tokyo,
    /// `frankfurt`
    Frankfurt,
    /// `silicon-valley`
    SiliconValley,
    /// `jakarta`
    Jakarta,
}

/// Where calls go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Host {
    /// To the platform, over HTTPS.
    DataCenter(DataCenter),
    /// To a double of the platform on this machine, over HTTP. Only an address of the loopback interface is called.
    Double(SocketAddr),
}

/// Why there is no such host.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum HostError {
    /// The name is not that of a data center.
    #[error("{0:?} is not a data center; choose the app's own: {names}", names = DataCenter::names())]
    DataCenter(String),
    /// The double is on another machine, where a UserSig must not go unencrypted.
    #[error("{0} is not on this machine; a double of the platform is called on a loopback address alone")]
    NotLoopback(SocketAddr),
    /// Without root certificates no host can be trusted.
    #[error("no root certificates are found ({0}); install the system's ca-certificates")]
    RootCertificates(String),
}

impl DataCenter {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::China, Self::Singapore, Self::Seoul, Self::Tokyo, Self::Frankfurt, Self::SiliconValley, Self::Jakarta];

    /// Its name in settings.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::China => "china",
            Self::Singapore => "singapore",
            Self::Seoul => "seoul",
            Self::Tokyo => "tokyo",
            Self::Frankfurt => "frankfurt",
            Self::SiliconValley => "silicon-valley",
            Self::Jakarta => "jakarta",
        }
    }

    /// Its host, from tencentcloud.com/document/product/1047/34620.
    #[must_use]
    pub const fn host(self) -> &'static str {
        match self {
            Self::China => "console.tim.qq.com",
            Self::Singapore => "adminapisgp.im.qcloud.com",
            Self::Seoul => "adminapikr.im.qcloud.com",
            Self::Tokyo => "adminapijpn.im.qcloud.com",
            Self::Frankfurt => "adminapiger.im.qcloud.com",
            Self::SiliconValley => "adminapiusa.im.qcloud.com",
            Self::Jakarta => "adminapiidn.im.qcloud.com",
        }
    }

    fn names() -> String {
        Self::ALL.map(Self::name).join(", ")
    }
}

impl FromStr for DataCenter {
    type Err = HostError;

    fn from_str(name: &str) -> Result<Self, HostError> {
        let found = Self::ALL.into_iter().find(|data_center| data_center.name() == name);
        found.ok_or_else(|| HostError::DataCenter(name.to_owned()))
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DataCenter(data_center) => write!(f, "https://{}", data_center.host()),
            Self::Double(address) => write!(f, "http://{address}"),
        }
    }
}
