//! `cargo dev`: the whole cafe on this machine, with no account, no key and no network.
#![expect(clippy::print_stdout, reason = "what a person reads when it has started")]

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use devserver::{DevServer, Options};

/// The whole cafe on this machine: every function, fake gateways and DynamoDB, on loopback.
///
/// Every setting of the functions may be set in the environment, and wins over the dev server's own:
/// `KAKAOPAY_URL` and `KAKAOPAY_KEY` point it at the real KakaoPay, `AWS_ENDPOINT_URL_DYNAMODB` at another DynamoDB.
#[derive(Debug, Parser)]
#[command(name = "cargo dev", version)]
struct Arguments {
    /// Where the API listens.
    #[arg(long, default_value_t = 3000)]
    port: u16,
    /// Where the fake gateways listen.
    #[arg(long, default_value_t = 3001)]
    fake_port: u16,
    /// Where the embedded DynamoDB answers over HTTP.
    #[arg(long, default_value_t = 8000)]
    dynamodb_port: u16,
    /// Where everything is kept between runs [default: a folder among the user's data].
    #[arg(long, value_name = "DIR", conflicts_with = "memory")]
    data: Option<PathBuf>,
    /// Keep nothing.
    #[arg(long)]
    memory: bool,
    /// The menu, read anew for each order.
    #[arg(long, value_name = "FILE", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../../menu.toml"), hide_default_value = true)]
    menu: PathBuf,
    /// What the bot says in the chat window, read anew for each message.
    #[arg(long, value_name = "FILE", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scenario.toml"), hide_default_value = true)]
    scenario: PathBuf,
}

#[tokio::main]
async fn main() -> ExitCode {
    let started = Instant::now();
    tracing_subscriber::fmt().with_max_level(tracing::Level::WARN).init();
    match run(Arguments::parse(), started).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("{}", explain(&*error));
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments, started: Instant) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let data = match (arguments.memory, arguments.data) {
        (true, _) => None,
        (false, Some(folder)) => Some(folder),
        (false, None) => Some(
            dirs::data_dir()
                .ok_or("no folder for data is known: name one with --data")?
                .join("kakaotalk-cafe"),
        ),
    };
    let kept =
        data.as_ref().map_or_else(|| "nothing is kept".to_owned(), |folder| folder.display().to_string());
    let server = DevServer::start(Options {
        port: arguments.port,
        fake_port: arguments.fake_port,
        dynamodb_port: arguments.dynamodb_port,
        data,
        menu: arguments.menu,
        scenario: arguments.scenario,
        environment: std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect(),
    })
    .await?;
    let (api, fake, key) = (&server.api_url, &server.fake_url, &server.skill_key);
    println!("The cafe is open ({} ms).\n", started.elapsed().as_millis());
    println!("  chat    {api}/_dev/chat        play the customer, and see what the bot sends and gets");
    println!("  orders  {api}/_dev/orders      what became of every order; refunds, and a clock to move\n");
    println!("  owner   cargo cafe --dev orders list     and all else an owner does: cargo cafe --help\n");
    println!("  click   {api}/_dev             where to click, and what to curl");
    println!("          {api}/                 the demo item, straight to KakaoPay");
    println!("          {fake}/_fake/kakaopay   the fake KakaoPay: payments and faults");
    println!("          {fake}/_fake/tosspayments   the fake Toss Payments, whose API is below {fake}/toss");
    println!("          {fake}/_fake/portone    the fake PortOne: payments, deposits and troubles");
    println!(
        "  curl    curl {api}/skill/sign-up -H 'x-skill-key: {key}' -H 'content-type: application/json' \\"
    );
    println!(
        "            -d '{{\"action\":{{\"params\":{{\"phone\":\"010-1234-5678\"}}}},\"userRequest\":{{\"user\":{{\"id\":\"me\"}}}}}}'"
    );
    println!(
        "  service {api}/payments          the payments service: its SDK's public pair of keys opens it"
    );
    if let Some(dynamodb) = &server.dynamodb_url {
        println!("  tables  {dynamodb}             DynamoDB, for any tool");
    }
    println!("  data    {kept}\n\nCtrl-C closes it.");
    tokio::signal::ctrl_c().await?;
    server.stop().await
}

/// An error and its causes, in one line.
fn explain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |&cause| cause.source()).map(ToString::to_string);
    causes.collect::<Vec<_>>().join(": ")
}
