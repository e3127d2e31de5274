"""key_schedule, epoch, label."""

from iomt import label
from iomt.keys import Epoch, locator, next_chain, opening

from .members import hexed, integer, session


def key_schedule(request):
    keys = session(request)
    run = None
    if "random" in request and request["random"] is not None:
        run = keys.run(hexed(request, "random"), hexed(request, "staticSecret"), integer(request, "number", 0))
    return {"both": keys.both, "rootUp": keys.root_up, "rootDown": keys.root_down, "session": keys.name, "psk": keys.psk,
            "hint": keys.hint, "receiptKey": keys.receipt_key, "chain": keys.chain(), "run": run}


def epoch_of(request):
    """(chain, salt, epoch) of the number that the request names."""
    keys, number = session(request), integer(request, "number", 0)
    salt = keys.salt(hexed(request, "random"), hexed(request, "staticSecret"), number)
    chain = keys.chain(number)
    return chain, salt, Epoch.of_chain(chain, salt)


def epoch(request):
    chain, salt, keys = epoch_of(request)
    return {"chain": chain, "locator": locator(chain), "open": opening(chain), "salt": salt, "secret": keys.secret,
            "tag": keys.tag, "data": keys.key(0), "alarm": keys.key(1), "control": keys.key(2), "next": next_chain(chain)}


def label_text(request):
    if request.get("text") is not None:
        model, secret, key = label.read(request["text"])
        return {"model": model, "secret": secret, "key": key}
    return {"text": label.write(hexed(request, "secret"), hexed(request, "key"))}


OPERATIONS = {"key_schedule": key_schedule, "epoch": epoch, "label": label_text}
