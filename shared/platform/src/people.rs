//! The calls about people: mute an account, delete what it wrote.

use serde::Serialize;

use crate::client::Platform;
use crate::error::PlatformError;

const MUTE_IN_GROUP: &str = "group_open_http_svc/forbid_send_msg";
const MUTE: &str = "openconfigsvr/setnospeaking";
const DELETE_BY_SENDER: &str = "group_open_http_svc/delete_group_msg_by_sender";

impl Platform {
    /// Mutes an account in a group for so many seconds; 0 ends it. It stays muted when it leaves the group and comes
    /// back. Groups of the type Private or Work do not know this.
    ///
    /// # Errors
    /// [`PlatformError`]
    pub async fn mute_in_group(&self, group_id: &str, account: &str, seconds: u32) -> Result<(), PlatformError> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Body<'a> {
            group_id: &'a str,
            #[serde(rename = "Members_Account")]
            members_account: [&'a str; 1],
            mute_time: u32,
        }

        self.call(MUTE_IN_GROUP, &Body { group_id, members_account: [account], mute_time: seconds }).await.map(drop)
    }

    /// Mutes an account in the whole app, one-to-one and in groups, for so many seconds; 0 ends it. No callback asks
    /// about what it tries to send meanwhile.
    ///
    /// # Errors
    /// [`PlatformError`]
    pub async fn mute(&self, account: &str, seconds: u32) -> Result<(), PlatformError> {
        #[derive(Serialize)]
        struct Body<'a> {
            #[serde(rename = "Set_Account")]
            set_account: &'a str,
            #[serde(rename = "C2CmsgNospeakingTime")]
            c2c_seconds: u32,
            #[serde(rename = "GroupmsgNospeakingTime")]
            group_seconds: u32,
        }

        let body = Body { set_account: account, c2c_seconds: seconds, group_seconds: seconds };
        self.call(MUTE, &body).await.map(drop)
    }

    /// Deletes what an account wrote in a group, of its last 1000 messages. People see it when they load the history
    /// again. In an `AVChatRoom` this does nothing, without an error.
    ///
    /// # Errors
    /// [`PlatformError`]
    pub async fn delete_by_sender(&self, group_id: &str, account: &str) -> Result<(), PlatformError> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Body<'a> {
            group_id: &'a str,
            #[serde(rename = "Sender_Account")]
            sender_account: &'a str,
        }

        self.call(DELETE_BY_SENDER, &Body { group_id, sender_account: account }).await.map(drop)
    }
}
