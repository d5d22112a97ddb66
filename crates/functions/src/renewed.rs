//! A gateway whose account's key may be replaced while functions run: each call goes by the account as it stands now.

use std::fmt;

use async_trait::async_trait;
use cafe_core::payment::{
    Behaviour, Cancellation, Charge, Checkout, Collection, Document, Gateway, GatewayError, PaymentRef,
    Provider, Returns, Snapshot,
};
use parameters::Parameter;

use crate::parts::SharedGateway;
use crate::world::World;

/// A gateway that is made anew when its account's key is.
pub struct Renewed {
    gateway: Parameter<SharedGateway>,
    world: World,
    provider: Provider,
    behaviour: Behaviour,
}

impl Renewed {
    /// A gateway as `gateway` gives it. Whoever it is, and how it behaves, stays.
    pub async fn new(gateway: Parameter<SharedGateway>, world: World) -> Renewed {
        let first = gateway.now(world.now()).await;
        let (provider, behaviour) = (first.provider(), first.behaviour());
        Renewed { gateway, world, provider, behaviour }
    }

    async fn now(&self) -> SharedGateway {
        SharedGateway::clone(&*self.gateway.now(self.world.now()).await)
    }
}

#[async_trait]
impl Gateway for Renewed {
    fn provider(&self) -> Provider {
        self.provider
    }

    fn behaviour(&self) -> Behaviour {
        self.behaviour
    }

    async fn open(&self, charge: &Charge, returns: &Returns) -> Result<Checkout, GatewayError> {
        self.now().await.open(charge, returns).await
    }

    async fn approve(&self, payment: &PaymentRef, collection: &Collection) -> Result<Snapshot, GatewayError> {
        self.now().await.approve(payment, collection).await
    }

    async fn lookup(&self, payment: &PaymentRef) -> Result<Snapshot, GatewayError> {
        self.now().await.lookup(payment).await
    }

    async fn cancel(
        &self,
        payment: &PaymentRef,
        cancellation: &Cancellation,
    ) -> Result<Option<Snapshot>, GatewayError> {
        self.now().await.cancel(payment, cancellation).await
    }

    async fn stored_method(&self, key: &str, customer: &str) -> Result<Document, GatewayError> {
        self.now().await.stored_method(key, customer).await
    }
}

impl fmt::Debug for Renewed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Renewed({})", self.provider)
    }
}
