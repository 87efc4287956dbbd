//! Requests to those AWS services of which few actions are needed. They are signed by hand: the SDK's clients for
//! CloudFormation and CloudWatch would be the largest crates of the build.

use std::time::{Duration, SystemTime};

use anyhow::{Context as _, bail, ensure};
use aws_sigv4::http_request::{self, SignableBody, SignableRequest, SigningSettings};
use aws_sigv4::sign::v4;
use aws_smithy_xml::decode::{Document, try_data};
use aws_types::service_config::ServiceConfigKey;
use jiff::{SignedDuration, Timestamp};

use crate::aws_account::AwsAccount;

/// A service that takes form fields and answers in XML, AWS's "query protocol".
struct Service {
    /// As settings name it: `AWS_ENDPOINT_URL_CLOUDFORMATION`.
    id: &'static str,
    /// As its host and its signatures name it.
    name: &'static str,
    version: &'static str,
}

const CLOUD_FORMATION: Service = Service { id: "CloudFormation", name: "cloudformation", version: "2010-05-15" };
const CLOUD_WATCH: Service = Service { id: "CloudWatch", name: "monitoring", version: "2010-08-01" };

/// A signed request.
pub struct SignedRequest {
    service: &'static str,
    url: String,
    headers: Vec<(String, String)>,
    body: String,
}

/// The request that asks CloudFormation to describe a stack.
pub fn describe_stack(account: &AwsAccount, stack: &str) -> anyhow::Result<SignedRequest> {
    CLOUD_FORMATION.request(account, "DescribeStacks", &[("StackName", stack)])
}

/// How far back to look for the age of a queue's oldest message. SQS reports it every minute, some minutes late.
const AGE_WITHIN: SignedDuration = SignedDuration::from_mins(15);

/// The request that asks CloudWatch how old the oldest message of a queue is.
pub fn age_of_oldest_message(account: &AwsAccount, queue: &str, now: Timestamp) -> anyhow::Result<SignedRequest> {
    let fields = [
        ("Namespace", "AWS/SQS"),
        ("MetricName", "ApproximateAgeOfOldestMessage"),
        ("Dimensions.member.1.Name", "QueueName"),
        ("Dimensions.member.1.Value", queue),
        ("StartTime", &(now - AGE_WITHIN).to_string()),
        ("EndTime", &now.to_string()),
        ("Period", "60"),
        ("Statistics.member.1", "Maximum"),
    ];
    CLOUD_WATCH.request(account, "GetMetricStatistics", &fields)
}

impl Service {
    fn request(&self, account: &AwsAccount, action: &str, fields: &[(&str, &str)]) -> anyhow::Result<SignedRequest> {
        let url = self.url(account)?;
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("Action", action), ("Version", self.version)])
            .extend_pairs(fields)
            .finish();
        let identity = account.credentials.clone().into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(&account.region)
            .name(self.name)
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()?;
        let kind = ("content-type", "application/x-www-form-urlencoded");
        let request = SignableRequest::new("POST", &url, [kind].into_iter(), SignableBody::Bytes(body.as_bytes()))?;
        let (signed, _) = http_request::sign(request, &parameters.into())?.into_parts();
        let headers = signed.headers().chain([kind]).map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Ok(SignedRequest { service: self.id, url, headers, body })
    }

    /// `AWS_ENDPOINT_URL_…`, the same setting in the profile, or the region's URL.
    fn url(&self, AwsAccount { config, region, .. }: &AwsAccount) -> anyhow::Result<String> {
        let key = ServiceConfigKey::builder().service_id(self.id).env("AWS_ENDPOINT_URL").profile("endpoint_url");
        let key = key.build()?;
        let configured = config.service_config().and_then(|config| config.load_config(key));
        if let Some(url) = configured.or_else(|| config.endpoint_url().map(str::to_owned)) {
            return Ok(url);
        }
        let is_name = region.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        ensure!(is_name, "{region:?} is not an AWS region; give one such as eu-central-1 with --region");
        let domain = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
        Ok(format!("https://{}.{region}.{domain}/", self.name))
    }
}

impl SignedRequest {
    /// The answer's XML.
    pub fn send(self) -> anyhow::Result<String> {
        let Self { service, url, headers, body } = self;
        let agent =
            ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(Duration::from_secs(30)));
        let mut request = ureq::Agent::from(agent.build()).post(&url);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let unreachable = || format!("{service} ({url}) is unreachable; check the network and the region");
        let mut answer = request.send(body).with_context(unreachable)?;
        answer.body_mut().read_to_string().with_context(unreachable)
    }
}

/// The outputs in an answer to `DescribeStacks`, or the reason why there are none.
pub fn outputs(xml: &str) -> anyhow::Result<Vec<(String, String)>> {
    let (mut outputs, mut key, mut value) = (Vec::new(), None, None);
    read(xml, "DescribeStacksResult", ["OutputKey", "OutputValue"], |name, text| {
        *(if name == "OutputKey" { &mut key } else { &mut value }) = Some(text);
        // Either may come first.
        if key.is_some() && value.is_some() {
            outputs.extend(key.take().zip(value.take()));
        }
    })?;
    Ok(outputs)
}

/// The largest value in an answer to `GetMetricStatistics`, rounded down; `None` if there is none.
pub fn largest(xml: &str) -> anyhow::Result<Option<u64>> {
    let mut largest: Option<f64> = None;
    read(xml, "GetMetricStatisticsResult", ["Maximum"], |_, text| {
        largest = largest.into_iter().chain(text.parse().ok()).reduce(f64::max);
    })?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an age in seconds")]
    Ok(largest.map(|seconds| seconds as u64))
}

/// Reads an answer: its elements of these names, which have one meaning wherever they are, or the error that it tells.
fn read<const N: usize>(
    xml: &str,
    result: &str,
    wanted: [&'static str; N],
    mut found: impl FnMut(&'static str, String),
) -> anyhow::Result<()> {
    let mut document = Document::new(xml);
    let (mut is_result, mut code, mut message) = (false, None, String::new());
    while let Some(element) = document.next_start_element() {
        let name = element.local().to_owned();
        is_result |= name == result;
        let wanted = wanted.into_iter().find(|wanted| *wanted == name);
        if wanted.is_none() && name != "Code" && name != "Message" {
            continue;
        }
        let text = try_data(&mut document.scoped_to(element))?.into_owned();
        match wanted {
            Some(wanted) => found(wanted, text),
            None if name == "Code" => code = Some(text),
            None => message = text,
        }
    }
    if let Some(code) = code {
        bail!("{code}: {message}");
    }
    ensure!(is_result, "the answer is not AWS's");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{largest, outputs};

    #[test]
    fn outputs_are_read_and_errors_are_told() {
        let stack = |inner: &str| {
            format!(
                "<DescribeStacksResponse xmlns=\"http://cloudformation.amazonaws.com/doc/2010-05-15/\"><DescribeStacksResult>\
                 <Stacks><member><StackName>chathook</StackName><Parameters><member><ParameterKey>TableName</ParameterKey>\
                 </member></Parameters>{inner}</member></Stacks></DescribeStacksResult></DescribeStacksResponse>"
            )
        };
        let two = "<Outputs><member><OutputKey>WebhookUrl</OutputKey><OutputValue>https://a/?b&amp;c</OutputValue></member>\
                   <member><Description>x</Description><OutputValue>t</OutputValue><OutputKey>TableName</OutputKey></member></Outputs>";
        let read = |xml: &str| outputs(xml).map_err(|error| error.to_string());
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(read(&stack(two)), Ok(vec![pair("WebhookUrl", "https://a/?b&c"), pair("TableName", "t")]));
        assert_eq!(read(&stack("")), Ok(vec![]));
        let error = "<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id x does not \
                     exist</Message></Error><RequestId>1</RequestId></ErrorResponse>";
        assert_eq!(read(error), Err("ValidationError: Stack with id x does not exist".to_owned()));
        for broken in ["", "<html>", "{}", "<DescribeStacksResponse>"] {
            assert!(read(broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn the_largest_value_is_read() {
        let answer = |points: &str| {
            format!(
                "<GetMetricStatisticsResponse xmlns=\"http://monitoring.amazonaws.com/doc/2010-08-01/\"><GetMetricStatisticsResult>\
                 <Label>ApproximateAgeOfOldestMessage</Label><Datapoints>{points}</Datapoints></GetMetricStatisticsResult>\
                 </GetMetricStatisticsResponse>"
            )
        };
        let point = |value: &str| format!("<member><Maximum>{value}</Maximum><Unit>Seconds</Unit></member>");
        for (points, expected) in [
            (String::new(), None),
            (point("61.0"), Some(61)),
            (point("61.9") + &point("1.2E3") + &point("5"), Some(1200)),
            (point("-1"), Some(0)),
            (point("x"), None),
        ] {
            assert_eq!(largest(&answer(&points)).unwrap(), expected, "{points}");
        }
        assert!(largest("<DescribeStacksResult/>").is_err());
    }
}
