//! What handlers and the driver share: the store, the settings, the wake-ups, the clock.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

use crate::accounts::passwords::Passwords;
use crate::accounts::setup::SetupCode;
use crate::accounts::throttle::SignInThrottle;
use crate::config::Config;
use crate::ids::ConnectionId;
use crate::live::LiveBus;
use crate::live::relay::{Relay, Word};
use crate::metrics::Metrics;
use crate::program_board::views::BoardViews;
use crate::service_hooks::storm::Storm;
use crate::store::Store;
use crate::sync::leases::Leases;
use crate::sync::transport::{HttpsTransport, TransportSettings};
use crate::vault::Vault;

/// Rings that may wait while the driver is busy; it looks at everything when it missed one.
const N_RINGS_MAX: usize = 1024;

/// Shared by all; cloning it clones a pointer.
#[derive(Clone)]
pub struct App(Arc<Shared>);

/// What an [`App`] points to.
pub struct Shared {
    /// The database.
    pub store: Store,
    /// Every setting.
    pub config: Arc<Config>,
    /// Seals and opens tokens and secrets.
    pub vault: Arc<Vault>,
    /// The way to Azure DevOps.
    pub transport: Arc<HttpsTransport>,
    /// Announcements to browsers. Committing a [`Tx`](crate::store::Tx) announces what it numbered; nobody else has to.
    pub live: LiveBus,
    /// Wakes the driver.
    pub wake: DriverBell,
    /// Which connections this instance works.
    pub leases: Leases,
    /// What the other instances are told.
    pub relay: Relay,
    /// Whether notifications come in crowds.
    pub storm: Storm,
    /// Boards in memory, and who is where on them.
    pub boards: BoardViews,
    /// The numbers behind `/metrics`.
    pub metrics: Metrics,
    /// Whether this is the demo: people are switched without a password, and everything is made up.
    pub is_demo: bool,
    /// What a demo shows beside the product.
    pub demo_azure_devops_url: Option<String>,
    /// Cancelled when the server is asked to stop: hooks answer 503, streams end, the driver finishes.
    pub shutdown: CancellationToken,
    pub(crate) setup: SetupCode,
    pub(crate) passwords: Passwords,
    pub(crate) throttle: SignInThrottle,
}

impl std::ops::Deref for App {
    type Target = Shared;
    fn deref(&self) -> &Shared {
        &self.0
    }
}

/// How an [`App`] differs from the plain server's.
#[derive(Debug, Clone, Default)]
pub struct Flavour {
    /// Switch people without a password, everything made up.
    pub is_demo: bool,
    /// Where the demo's simulated Azure DevOps shows its pages.
    pub demo_azure_devops_url: Option<String>,
    /// Hash passwords cheaply: for tests and the demo, where they protect nothing.
    pub has_cheap_passwords: bool,
}

impl App {
    /// Opens the database and the key file, making both when missing.
    pub async fn open(config: Config, flavour: Flavour) -> anyhow::Result<Self> {
        use anyhow::Context;
        make_private_folder(&config.data_dir)
            .with_context(|| format!("making the data folder {}", config.data_dir.display()))?;
        let vault = Vault::open(&config.key_file)
            .with_context(|| format!("opening the key file {}", config.key_file.display()))?;
        let store = Store::open(&config.database).await?;
        Self::on(store, vault, config, flavour).await
    }

    /// Looks at the database beside the server that works with it. Nothing can be written.
    pub async fn look(config: Config) -> anyhow::Result<Self> {
        use anyhow::Context;
        let vault = Vault::open(&config.key_file)
            .with_context(|| format!("opening the key file {}", config.key_file.display()))?;
        let store = Store::look(&config.database).await?;
        Self::on(store, vault, config, Flavour::default()).await
    }

    async fn on(store: Store, vault: Vault, config: Config, flavour: Flavour) -> anyhow::Result<Self> {
        let transport = HttpsTransport::new(&TransportSettings::of(&config)?)?;
        let relay = Relay::default();
        let setup = SetupCode::for_server_with(store.n_companies().await?);
        Ok(Self(Arc::new(Shared {
            live: store.live().clone(),
            vault: Arc::new(vault),
            transport: Arc::new(transport),
            wake: DriverBell::new(relay.clone()),
            leases: Leases::of(&store, Duration::from_millis(config.lease_ms)),
            relay,
            storm: Storm::default(),
            boards: BoardViews::default(),
            metrics: Metrics::default(),
            is_demo: flavour.is_demo,
            demo_azure_devops_url: flavour.demo_azure_devops_url,
            shutdown: CancellationToken::new(),
            store,
            setup,
            passwords: Passwords::new(flavour.has_cheap_passwords),
            throttle: SignInThrottle::new(&config),
            config: Arc::new(config),
        })))
    }

    /// The address of the set-up with its one-time code, while the server waits for it.
    pub fn setup_url(&self) -> Option<String> {
        self.setup
            .get()
            .map(|code| format!("{}/setup?code={code}", self.config.public_url))
    }

    /// The clock: microseconds since 1970, UTC.
    pub fn now_us(&self) -> i64 {
        now_us()
    }
}

/// Makes the folder when missing, for its owner alone.
fn make_private_folder(folder: &std::path::Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// The clock: microseconds since 1970, UTC.
pub fn now_us() -> i64 {
    jiff::Timestamp::now().as_microsecond()
}

/// Bytes nobody can guess.
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the system gives random bytes");
    bytes
}

/// Wakes the driver for a connection, here or in another instance. A hint: it also runs by the clock.
#[derive(Debug, Clone)]
pub struct DriverBell {
    rings: broadcast::Sender<ConnectionId>,
    relay: Relay,
}

impl DriverBell {
    fn new(relay: Relay) -> Self {
        Self {
            rings: broadcast::Sender::new(N_RINGS_MAX),
            relay,
        }
    }

    /// There is something to do for the connection.
    pub fn ring(&self, connection: ConnectionId) {
        self.ring_here(connection);
        self.relay.tell(Word::Ring(connection));
    }

    /// Another instance says that there is something to do for the connection.
    pub(crate) fn ring_here(&self, connection: ConnectionId) {
        // Nobody listening means that no driver runs; the work is in the store.
        let _listeners = self.rings.send(connection);
    }

    /// Hears the rings from now on. `Lagged` means: look at every connection.
    pub fn listen(&self) -> broadcast::Receiver<ConnectionId> {
        self.rings.subscribe()
    }
}
