"""What Terraform makes at Google, made on a Pub/Sub emulator: topics, push subscriptions and dead letters.

Eventarc and Cloud Scheduler have no emulator. What they would send goes through a topic of its own here, so
that a file or a tick is delivered again when its function fails, as in the cloud.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from local.topology import BucketTrigger, ScheduleTrigger, Subscription, Topology
from shared.core.errors import Invalid

if TYPE_CHECKING:
    from google.pubsub_v1.services.publisher import PublisherClient
    from google.pubsub_v1.services.subscriber import SubscriberClient


@dataclass(frozen=True, slots=True)
class Waits:
    """How often a delivery is tried, instead of what the topology says.

    On a subscription that keeps order the emulator tries every second, whatever the waits are, and after the
    last attempt it holds the message's key for ever; Pub/Sub hands it to the dead-letter topic and goes on.

    Args:
        least, most: seconds between two tries.
        attempts: deliveries before it is a dead letter, 5 to 100.
        ordered: False delivers a business's events in any order, and lets the emulator make dead letters.
    """

    least: float
    most: float
    attempts: int
    ordered: bool = True


class Emulator:
    """The administrator's side of a project on the emulator that ``PUBSUB_EMULATOR_HOST`` names."""

    def __init__(self, project: str) -> None:
        self.project = project
        self.publisher, self.subscriber = _clients()

    def furnish(
        self, topology: Topology, endpoints: Mapping[str, str], waits: Waits | None = None
    ) -> tuple[Subscription, ...]:
        """Create what is missing and bring the rest up to date; returns the push subscriptions.

        Args:
            topology: what there must be.
            endpoints: function -> the address that its events are posted to; others get no subscription.
            waits: instead of the topology's, for people and tests who do not wait for minutes.
        """
        letters = topology.delivery.dead_letter_topic
        for topic in {*topology.topics, *stand_ins(topology).values(), letters}:
            _unless_there(self.publisher.create_topic, {"name": self.topic(topic)})
        wanted = [s for s in (*topology.subscriptions(), *_stood_in(topology)) if s.function in endpoints]
        for subscription in wanted:
            self._subscribe(self._push(topology, subscription, endpoints[subscription.function], waits))
        kept = {"name": self.subscription(f"{letters}.kept"), "topic": self.topic(letters)}
        self._subscribe({**kept, "message_retention_duration": _kept(topology)})
        return tuple(wanted)

    def topic(self, name: str) -> str:
        """The full name of a topic."""
        return f"projects/{self.project}/topics/{name}"

    def subscription(self, name: str) -> str:
        """The full name of a subscription."""
        return f"projects/{self.project}/subscriptions/{name}"

    def close(self) -> None:
        """Let go of the connections."""
        for client in (self.publisher, self.subscriber):
            transport: Any = client.transport
            transport.close()

    def _subscribe(self, wanted: dict[str, Any]) -> None:
        if _unless_there(self.subscriber.create_subscription, wanted):
            return
        fixed = {"name", "topic", "enable_message_ordering"}
        mask = {"paths": sorted(set(wanted) - fixed)}
        self.subscriber.update_subscription(request={"subscription": wanted, "update_mask": mask})

    def _push(
        self, topology: Topology, subscription: Subscription, endpoint: str, waits: Waits | None
    ) -> dict[str, Any]:
        """The words of google.pubsub.v1.Subscription; infra/terraform says the same in its own."""
        delivery = topology.delivery
        waits = waits or usual_waits(topology)
        return {
            "name": self.subscription(subscription.name),
            "topic": self.topic(subscription.topic),
            "push_config": {"push_endpoint": endpoint, "no_wrapper": {"write_metadata": True}},
            "enable_message_ordering": waits.ordered,
            "ack_deadline_seconds": subscription.ack_seconds,
            "message_retention_duration": _kept(topology),
            "retry_policy": {
                "minimum_backoff": timedelta(seconds=waits.least),
                "maximum_backoff": timedelta(seconds=waits.most),
            },
            "dead_letter_policy": {
                "dead_letter_topic": self.topic(delivery.dead_letter_topic),
                "max_delivery_attempts": waits.attempts,
            },
        }


def stand_ins(topology: Topology) -> dict[str, str]:
    """Event type -> the topic that carries it here, for what Eventarc and Scheduler deliver in the cloud."""
    return {
        function.trigger.type: f"{by}.{function.trigger.type}"
        for function in topology.functions.values()
        for kind, by in ((BucketTrigger, "eventarc"), (ScheduleTrigger, "scheduler"))
        if isinstance(function.trigger, kind)
    }


def _stood_in(topology: Topology) -> list[Subscription]:
    topics = stand_ins(topology)
    return [
        Subscription(name, topics[function.trigger.type], max(10, min(600, function.timeout_seconds)))
        for name, function in sorted(topology.functions.items())
        if isinstance(function.trigger, BucketTrigger | ScheduleTrigger)
    ]


def usual_waits(topology: Topology) -> Waits:
    """What Terraform writes into every subscription."""
    delivery = topology.delivery
    return Waits(delivery.min_backoff_seconds, delivery.max_backoff_seconds, delivery.max_attempts)


def _kept(topology: Topology) -> timedelta:
    return timedelta(days=topology.delivery.retention_days)


def _unless_there(create: Callable[..., Any], wanted: dict[str, Any]) -> bool:
    """Whether it was created now."""
    from google.api_core.exceptions import AlreadyExists

    try:
        create(request=wanted)
    except AlreadyExists:
        return False
    return True


def _clients() -> tuple[PublisherClient, SubscriberClient]:
    import grpc
    from google.pubsub_v1.services.publisher import PublisherClient
    from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport
    from google.pubsub_v1.services.subscriber import SubscriberClient
    from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport

    address = os.environ.get("PUBSUB_EMULATOR_HOST")
    if not address:  # never a real project: there, Terraform owns the topics
        raise Invalid("settings_invalid", "PUBSUB_EMULATOR_HOST: names no emulator to furnish")
    publishing = PublisherGrpcTransport(channel=grpc.insecure_channel(address))
    subscribing = SubscriberGrpcTransport(channel=grpc.insecure_channel(address))
    return PublisherClient(transport=publishing), SubscriberClient(transport=subscribing)
