// Who may only send hears nobody but those that it may send to. Argument: the port of the one it may talk to, who
// sends whatever comes back to it twice: from another port, and from its own.
#include "sockets.h"

int main(int argc, char** argv)
{
  CHECK(argc == 2);
  const uint32_t network = instance_network();
  const Address peer = loopback((uint16_t)atoi(argv[1]));
  const uint32_t socket = new_udp(0);
  IS(UNIT(udp_start_bind, socket, network, FLATTEN(any_v4(0))), fine);
  IS(UNIT(udp_finish_bind, socket), fine);
  const Handles streams = OF(Handles, udp_stream, socket, 0, FLATTEN(peer));
  IS(streams, fine);
  CHECK(OF(Number, check_send, streams.value[1]).value > 0);
  Outgoing datagram = {.data = {(uint8_t*)"ping", 4}, .has_remote = 1, .remote = peer};
  IS(OF(Number, send_datagrams, streams.value[1], &datagram, 1), fine);
  for (;;) {
    block_on(incoming_subscribe(streams.value[0]));
    const Datagrams got = OF(Datagrams, receive, streams.value[0], 10);
    IS(got, fine);
    if (got.value.size == 0) continue;  // what woke it was not for it
    CHECK(got.value.size == 1 && got.value.data[0].remote.v4.port == peer.v4.port);
    printf("%.*s from whom it may\n", (int)got.value.data[0].data.size, (char*)got.value.data[0].data.data);
    return 0;
  }
}
