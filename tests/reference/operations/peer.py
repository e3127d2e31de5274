"""peer: a device or a server that meets another one on a UDP socket or a TCP connection of this machine."""

import selectors
import socket
import time

from iomt.serial import read_stream, stream
from peers import peer_of


class Udp:
    """The empty datagram says where this end is, and, from the other one, that the meeting is over."""

    def __init__(self, port):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.connect(("127.0.0.1", port))
        self.send([b""])

    def send(self, datagrams):
        for datagram in datagrams:
            try:
                self.socket.send(datagram)
            except ConnectionError:
                pass

    def receive(self, _):
        """The datagrams that are there, or none where the meeting is over."""
        try:
            datagram = self.socket.recv(2048)
        except ConnectionError:
            return None
        return [datagram] if datagram else None


class Tcp:
    """A connection that ends is made again; where nobody listens any more the meeting is over."""

    def __init__(self, port):
        self.port = port
        self._connect()

    def _connect(self):
        self.socket, self.rest = socket.create_connection(("127.0.0.1", self.port)), b""
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, datagrams):
        try:
            self.socket.sendall(stream(datagrams))
        except ConnectionError:
            pass                                            # reading will show it

    def receive(self, peer):
        try:
            data = self.socket.recv(65536)
        except ConnectionError:
            data = b""
        if data:
            datagrams, is_broken, self.rest = read_stream(self.rest + data)
            if not is_broken:
                return datagrams
        self.socket.close()
        try:
            self._connect()
        except ConnectionError:
            return None
        peer.connection_ended()
        return []


def meet(peer, carrier, every):
    began, next_tick = time.monotonic(), 0.0
    while not peer.is_done:
        now = time.monotonic() - began
        if now >= next_tick:
            carrier.send(peer.tick(now))
            next_tick = now + every
        with selectors.DefaultSelector() as waiting:
            waiting.register(carrier.socket, selectors.EVENT_READ)
            if not waiting.select(max(0.0, next_tick - now)):
                continue
        datagrams = carrier.receive(peer)
        if datagrams is None:
            return
        for datagram in datagrams:
            carrier.send(peer.handle(datagram, now))


def peer(request):
    meeting = peer_of(request)
    carrier = {"udp": Udp, "tcp": Tcp}[request["carrier"]](request["port"])
    with carrier.socket:
        meet(meeting, carrier, request["every"] / 1000)
        return meeting.result()


OPERATIONS = {"peer": peer}
