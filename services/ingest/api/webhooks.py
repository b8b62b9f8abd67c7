"""Webhooks: where events of the caller's claims are sent."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from services.adapters.access import Caller, Right
from services.adapters.announce import EVENTS
from services.adapters.outbound import NotAllowed, SendFailed, check_url, parse_networks
from services.adapters.repository import Webhook
from services.adapters.signing import new_secret
from services.adapters.store import Store
from services.domain.claim import SHANGHAI
from services.domain.errors import NotFound
from services.domain.text import Message
from services.ingest.api.common import PREFIX, StoreOf, answers, problem_answers
from services.ingest.api.gates import HookerOf
from services.ingest.api.models import DeliveryList, WebhookCreated, WebhookList, WebhookView
from services.ingest.api.once import IdempotencyKey, as_json, once
from services.ingest.problems import Problem

router = APIRouter(prefix=PREFIX, tags=["webhooks"])

_MOST = 20
WebhookId = Annotated[str, Path(examples=["whk_8e7d6c5b4a39281706f5e4d3"])]


class WebhookBody(BaseModel):
    url: str = Field(min_length=1, max_length=2000)
    events: list[Literal["claim.verified", "claim.decided", "batch.finished"]] = Field(default=list(EVENTS), min_length=1, max_length=10)
    model_config = ConfigDict(json_schema_extra={"example": {"url": "https://portal.example.gov.cn/hooks/hezheng", "events": ["claim.verified"]}})


@router.post("/webhooks", status_code=201, summary="Have events sent to an address", responses=answers(400, 409, 413, 422, _201=WebhookCreated))
def create_webhook(body: WebhookBody, store: StoreOf, caller: HookerOf, idempotency_key: IdempotencyKey = None) -> Response:
    """Sent as Standard Webhooks say: `webhook-id`, `webhook-timestamp`, `webhook-signature` (HMAC-SHA256 with the `secret` answered here,
    shown once), and a thin body: `{"type", "timestamp", "data": {"claim_id" or "batch_id"}}`. Ask for the rest with your key. An answer other than 2xx is
    tried again over three days; 410 ends it."""

    def act() -> tuple[int, str]:
        try:
            check_url(body.url, parse_networks(store.settings.webhook_networks))
        except SendFailed:
            pass  # a name that does not resolve now may do so when there is something to send, and is checked again then
        except NotAllowed as error:
            raise Problem(422, "webhook-url-refused", error.message) from error
        if len(store.repository.webhooks(caller.id)) >= _MOST:
            raise Problem(409, "webhooks-too-many", Message(f"每个密钥最多 {_MOST} 个 webhook", f"a key has at most {_MOST} webhooks"))
        secret = new_secret()
        hook = store.repository.create_webhook(caller.id, body.url, secret, set(body.events), caller.enterprises)
        return 201, json.dumps(webhook_view(hook) | {"secret": secret}, ensure_ascii=False)

    answer = once(store, caller, idempotency_key, "POST /webhooks", body.model_dump_json().encode(), act)
    return as_json(answer, {"Location": f"{PREFIX}/webhooks/{json.loads(answer[1])['id']}", "Cache-Control": "no-store"})


@router.get("/webhooks", summary="The caller's webhooks", responses=answers(_200=WebhookList))
def list_webhooks(store: StoreOf, caller: HookerOf) -> JSONResponse:
    owner = None if caller.may(Right.ADMIN) else caller.id
    return JSONResponse({"webhooks": [webhook_view(h) for h in store.repository.webhooks(owner)]})


@router.get("/webhooks/{webhook_id}", summary="One of them", responses=answers(404, _200=WebhookView))
def get_webhook(webhook_id: WebhookId, store: StoreOf, caller: HookerOf) -> JSONResponse:
    return JSONResponse(webhook_view(_own(store, caller, webhook_id)))


@router.get("/webhooks/{webhook_id}/deliveries", summary="What was sent to it", responses=answers(404, _200=DeliveryList))
def list_deliveries(webhook_id: WebhookId, store: StoreOf, caller: HookerOf) -> JSONResponse:
    """The newest fifty, with the last answer of each."""
    _own(store, caller, webhook_id)
    shown = [
        {
            "id": d.id,
            "message_id": d.message_id,
            "event": d.event,
            "state": d.state,
            "attempts": d.attempts,
            "answer": d.answer,
            "reason": d.reason,
            "created_at": d.created_at.astimezone(SHANGHAI).isoformat(),
            "updated_at": d.updated_at.astimezone(SHANGHAI).isoformat(),
        }
        for d in store.repository.deliveries(webhook_id)
    ]
    return JSONResponse({"deliveries": shown})


@router.delete("/webhooks/{webhook_id}", status_code=204, summary="Send no more there", response_class=Response, responses=problem_answers(404))
def delete_webhook(webhook_id: WebhookId, store: StoreOf, caller: HookerOf) -> Response:
    _own(store, caller, webhook_id)
    store.repository.delete_webhook(webhook_id)
    return Response(status_code=204)


def _own(store: Store, caller: Caller, webhook_id: str) -> Webhook:
    """Raises NotFound, for the webhooks of others too."""
    hook = store.repository.webhook(webhook_id)
    if hook.owner != caller.id and not caller.may(Right.ADMIN):
        raise NotFound(Message("没有该 webhook", "there is no such webhook"))
    return hook


def webhook_view(hook: Webhook) -> dict[str, Any]:
    disabled = hook.disabled_at
    return {
        "id": hook.id,
        "url": hook.url,
        "events": list(hook.events),
        "created_at": hook.created_at.astimezone(SHANGHAI).isoformat(),
        "disabled_at": None if disabled is None else disabled.astimezone(SHANGHAI).isoformat(),
    }
