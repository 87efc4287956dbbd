//! The message body: an array of elements, each with a type and a content of that type.
//!
//! An [`Element`] keeps the raw JSON that it came as. [`Element::content`] is a typed view, made on request. There may
//! be new element types at any time: an unknown one is kept untouched.

use std::borrow::Cow;
use std::fmt;

use serde_json::value::RawValue;

use crate::json::{self, Object};

/// A message's elements, in order.
#[derive(Debug, Clone, Default)]
pub struct MsgBody<'a> {
    /// The elements, each exactly as it came.
    pub elements: Vec<Element<'a>>,
}

impl<'a> MsgBody<'a> {
    /// Reads the elements of a `MsgBody` array; `None` if `raw` is not an array.
    #[must_use]
    pub fn parse(raw: &'a RawValue) -> Option<Self> {
        let elements = json::array(raw)?.into_iter().map(Element::parse).collect();
        Some(Self { elements })
    }
}

/// One element of a message body: `{"MsgType": …, "MsgContent": {…}}`.
#[derive(Clone)]
pub struct Element<'a> {
    /// The element as it came. A reply that rewrites other elements of the message includes it.
    pub raw: &'a RawValue,
    /// `MsgType`, for example `TIMTextElem`; empty when there is none.
    pub msg_type: Cow<'a, str>,
    /// `MsgContent`; without fields if it is missing or not an object.
    pub msg_content: Object<'a>,
}

impl<'a> Element<'a> {
    /// Reads an element. This never fails: anything else has no type and no content, and is kept in `raw`.
    #[must_use]
    pub fn parse(raw: &'a RawValue) -> Self {
        let object = Object::parse(raw.get()).unwrap_or_default();
        Self {
            raw,
            msg_type: object.text("MsgType").unwrap_or_default(),
            msg_content: object.get("MsgContent").and_then(|raw| Object::parse(raw.get()).ok()).unwrap_or_default(),
        }
    }

    /// The typed view of the content.
    #[must_use]
    pub fn content(&self) -> Content<'a> {
        let content = &self.msg_content;
        let text = |name| content.text(name);
        let unsigned = |name| content.unsigned(name);
        match self.msg_type.as_ref() {
            "TIMTextElem" => Content::Text(TextElem { text: text("Text") }),
            "TIMFaceElem" => Content::Face(FaceElem { index: content.signed("Index"), data: text("Data") }),
            "TIMLocationElem" => Content::Location(LocationElem {
                desc: text("Desc"),
                latitude: content.get("Latitude").and_then(float),
                longitude: content.get("Longitude").and_then(float),
            }),
            "TIMCustomElem" => Content::Custom(CustomElem {
                data: text("Data"),
                desc: text("Desc"),
                ext: text("Ext"),
                sound: text("Sound"),
            }),
            "TIMSoundElem" => Content::Sound(SoundElem {
                url: text("Url"),
                uuid: text("UUID"),
                size: unsigned("Size"),
                second: unsigned("Second"),
                download_flag: unsigned("Download_Flag"),
            }),
            "TIMImageElem" => Content::Image(ImageElem {
                uuid: text("UUID"),
                image_format: unsigned("ImageFormat"),
                image_info_array: objects(content, "ImageInfoArray").map(|info| ImageInfo::view(&info)).collect(),
            }),
            "TIMFileElem" => Content::File(FileElem {
                url: text("Url"),
                uuid: text("UUID"),
                file_size: unsigned("FileSize"),
                file_name: text("FileName").or_else(|| text("fileName")),
                download_flag: unsigned("Download_Flag"),
            }),
            "TIMVideoFileElem" => Content::Video(VideoElem::view(content)),
            "TIMRelayElem" => Content::Relay(RelayElem::view(content)),
            _ => Content::Unknown,
        }
    }
}

impl fmt::Debug for Element<'_> {
    /// The type and the names of the content's fields, without the text: no log may show that by accident.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Element")
            .field("msg_type", &self.msg_type)
            .field("msg_content", &self.msg_content)
            .finish_non_exhaustive()
    }
}

/// What an element holds, by `MsgType`. A field that is missing or of an unexpected type is `None`. Unlike elsewhere in
/// this crate, `Debug` shows what people wrote.
#[derive(Debug, Clone)]
pub enum Content<'a> {
    /// `TIMTextElem`
    Text(TextElem<'a>),
    /// `TIMFaceElem`
    Face(FaceElem<'a>),
    /// `TIMLocationElem`
    Location(LocationElem<'a>),
    /// `TIMCustomElem`
    Custom(CustomElem<'a>),
    /// `TIMSoundElem`
    Sound(SoundElem<'a>),
    /// `TIMImageElem`
    Image(ImageElem<'a>),
    /// `TIMFileElem`
    File(FileElem<'a>),
    /// `TIMVideoFileElem`
    Video(VideoElem<'a>),
    /// `TIMRelayElem`
    Relay(RelayElem<'a>),
    /// A type that chathook does not know; see [`Element::raw`].
    Unknown,
}

/// `TIMTextElem`: plain text.
#[derive(Debug, Clone)]
pub struct TextElem<'a> {
    /// `Text`
    pub text: Option<Cow<'a, str>>,
}

/// `TIMFaceElem`: a sticker of the app's own set.
#[derive(Debug, Clone)]
pub struct FaceElem<'a> {
    /// `Index`
    pub index: Option<i64>,
    /// `Data`; may contain NUL and control characters.
    pub data: Option<Cow<'a, str>>,
}

/// `TIMLocationElem`: a place.
#[derive(Debug, Clone)]
pub struct LocationElem<'a> {
    /// `Desc`
    pub desc: Option<Cow<'a, str>>,
    /// `Latitude`, degrees.
    pub latitude: Option<f64>,
    /// `Longitude`, degrees.
    pub longitude: Option<f64>,
}

/// `TIMCustomElem`: the app's own payload. Only `Data` is always there; it is often JSON inside a string.
#[derive(Debug, Clone)]
pub struct CustomElem<'a> {
    /// `Data`
    pub data: Option<Cow<'a, str>>,
    /// `Desc`
    pub desc: Option<Cow<'a, str>>,
    /// `Ext`
    pub ext: Option<Cow<'a, str>>,
    /// `Sound`, the push sound's file name.
    pub sound: Option<Cow<'a, str>>,
}

/// `TIMSoundElem`: a voice message. Old SDKs send only `UUID`, `Size` and `Second`.
#[derive(Debug, Clone)]
pub struct SoundElem<'a> {
    /// `Url`
    pub url: Option<Cow<'a, str>>,
    /// `UUID`
    pub uuid: Option<Cow<'a, str>>,
    /// `Size`, bytes.
    pub size: Option<u64>,
    /// `Second`, the duration.
    pub second: Option<u64>,
    /// `Download_Flag`; 2: by `Url`.
    pub download_flag: Option<u64>,
}

/// `TIMImageElem`: a picture in up to three sizes.
#[derive(Debug, Clone)]
pub struct ImageElem<'a> {
    /// `UUID`
    pub uuid: Option<Cow<'a, str>>,
    /// `ImageFormat`; 1 JPG, 2 GIF, 3 PNG, 4 BMP, 255 other.
    pub image_format: Option<u64>,
    /// `ImageInfoArray`; may be missing.
    pub image_info_array: Vec<ImageInfo<'a>>,
}

/// One size of a picture.
#[derive(Debug, Clone)]
pub struct ImageInfo<'a> {
    /// `Type`; 1 original, 2 large, 3 thumbnail.
    pub kind: Option<u64>,
    /// `Size`, bytes.
    pub size: Option<u64>,
    /// `Width`, pixels.
    pub width: Option<u64>,
    /// `Height`, pixels.
    pub height: Option<u64>,
    /// `URL`
    pub url: Option<Cow<'a, str>>,
}

impl<'a> ImageInfo<'a> {
    fn view(info: &Object<'a>) -> Self {
        Self {
            kind: info.unsigned("Type"),
            size: info.unsigned("Size"),
            width: info.unsigned("Width"),
            height: info.unsigned("Height"),
            url: info.text("URL"),
        }
    }
}

/// `TIMFileElem`: a file.
#[derive(Debug, Clone)]
pub struct FileElem<'a> {
    /// `Url`
    pub url: Option<Cow<'a, str>>,
    /// `UUID`
    pub uuid: Option<Cow<'a, str>>,
    /// `FileSize`, bytes.
    pub file_size: Option<u64>,
    /// `FileName`, also seen as `fileName`.
    pub file_name: Option<Cow<'a, str>>,
    /// `Download_Flag`; 2: by `Url`.
    pub download_flag: Option<u64>,
}

/// `TIMVideoFileElem`: a video and its thumbnail.
#[derive(Debug, Clone)]
pub struct VideoElem<'a> {
    /// `VideoUrl`
    pub video_url: Option<Cow<'a, str>>,
    /// `VideoUUID`
    pub video_uuid: Option<Cow<'a, str>>,
    /// `VideoSize`, bytes.
    pub video_size: Option<u64>,
    /// `VideoSecond`, the duration.
    pub video_second: Option<u64>,
    /// `VideoFormat`, for example `mp4`.
    pub video_format: Option<Cow<'a, str>>,
    /// `VideoDownloadFlag`; 2: by `VideoUrl`.
    pub video_download_flag: Option<u64>,
    /// `ThumbUrl`
    pub thumb_url: Option<Cow<'a, str>>,
    /// `ThumbUUID`
    pub thumb_uuid: Option<Cow<'a, str>>,
    /// `ThumbSize`, bytes.
    pub thumb_size: Option<u64>,
    /// `ThumbWidth`, pixels.
    pub thumb_width: Option<u64>,
    /// `ThumbHeight`, pixels.
    pub thumb_height: Option<u64>,
    /// `ThumbFormat`, for example `JPG`.
    pub thumb_format: Option<Cow<'a, str>>,
    /// `ThumbDownloadFlag`; 2: by `ThumbUrl`.
    pub thumb_download_flag: Option<u64>,
}

impl<'a> VideoElem<'a> {
    fn view(content: &Object<'a>) -> Self {
        Self {
            video_url: content.text("VideoUrl"),
            video_uuid: content.text("VideoUUID"),
            video_size: content.unsigned("VideoSize"),
            video_second: content.unsigned("VideoSecond"),
            video_format: content.text("VideoFormat"),
            video_download_flag: content.unsigned("VideoDownloadFlag"),
            thumb_url: content.text("ThumbUrl"),
            thumb_uuid: content.text("ThumbUUID"),
            thumb_size: content.unsigned("ThumbSize"),
            thumb_width: content.unsigned("ThumbWidth"),
            thumb_height: content.unsigned("ThumbHeight"),
            thumb_format: content.text("ThumbFormat"),
            thumb_download_flag: content.unsigned("ThumbDownloadFlag"),
        }
    }
}

/// `TIMRelayElem`: several messages forwarded as one.
#[derive(Debug, Clone)]
pub struct RelayElem<'a> {
    /// `Title`
    pub title: Option<Cow<'a, str>>,
    /// `MsgNum`
    pub msg_num: Option<u64>,
    /// `CompatibleText`, shown by SDKs that cannot show the element.
    pub compatible_text: Option<Cow<'a, str>>,
    /// `AbstractList`, a line for each message.
    pub abstract_list: Vec<Cow<'a, str>>,
    /// `MsgList`; empty when the messages are behind `JsonMsgKey`.
    pub msg_list: Vec<RelayMsg<'a>>,
    /// `JsonMsgKey`, the handle of a list that is too long to be included.
    pub json_msg_key: Option<Cow<'a, str>>,
}

impl<'a> RelayElem<'a> {
    fn view(content: &Object<'a>) -> Self {
        Self {
            title: content.text("Title"),
            msg_num: content.unsigned("MsgNum"),
            compatible_text: content.text("CompatibleText"),
            abstract_list: content
                .array("AbstractList")
                .unwrap_or_default()
                .into_iter()
                .filter_map(json::text)
                .collect(),
            msg_list: objects(content, "MsgList").map(|message| RelayMsg::view(&message)).collect(),
            json_msg_key: content.text("JsonMsgKey"),
        }
    }
}

/// One forwarded message.
#[derive(Debug, Clone)]
pub struct RelayMsg<'a> {
    /// `From_Account`
    pub from_account: Option<Cow<'a, str>>,
    /// `To_Account`, of a one-to-one message.
    pub to_account: Option<Cow<'a, str>>,
    /// `GroupId`, of a group message.
    pub group_id: Option<Cow<'a, str>>,
    /// `MsgSeq`
    pub msg_seq: Option<u64>,
    /// `MsgRandom`
    pub msg_random: Option<u64>,
    /// `MsgTimeStamp`, Unix seconds.
    pub msg_time_stamp: Option<u64>,
    /// `MsgBody`, not parsed: it may contain further relays, to any depth. Read it with [`MsgBody::parse`].
    pub msg_body: Option<&'a RawValue>,
    /// `CloudCustomData`
    pub cloud_custom_data: Option<Cow<'a, str>>,
}

impl<'a> RelayMsg<'a> {
    fn view(message: &Object<'a>) -> Self {
        Self {
            from_account: message.text("From_Account"),
            to_account: message.text("To_Account"),
            group_id: message.text("GroupId"),
            msg_seq: message.unsigned("MsgSeq"),
            msg_random: message.unsigned("MsgRandom"),
            msg_time_stamp: message.unsigned("MsgTimeStamp"),
            msg_body: message.get("MsgBody"),
            cloud_custom_data: message.text("CloudCustomData"),
        }
    }
}

/// The objects in the array of that name. Other items are skipped.
fn objects<'a>(content: &Object<'a>, name: &str) -> impl Iterator<Item = Object<'a>> + use<'a> {
    let items = content.array(name).unwrap_or_default();
    items.into_iter().filter_map(|raw| Object::parse(raw.get()).ok())
}

fn float(raw: &RawValue) -> Option<f64> {
    json::text(raw)?.parse().ok()
}
