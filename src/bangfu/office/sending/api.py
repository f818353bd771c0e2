"""The only door to this app."""

from bangfu.office.sending.actions import opt_in, opt_out, queue, recover, send_again, send_one
from bangfu.office.sending.gateways import Gateway, GatewayError, Receipt
from bangfu.office.sending.models import Message, OptOut
from bangfu.office.sending.relocation import count_moving, relocate

__all__ = [
    "Gateway",
    "GatewayError",
    "Message",
    "OptOut",
    "Receipt",
    "count_moving",
    "opt_in",
    "opt_out",
    "queue",
    "recover",
    "relocate",
    "send_again",
    "send_one",
]
