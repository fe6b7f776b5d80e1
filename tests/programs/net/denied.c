// What a guest may do with what it was granted. Prints the code of each thing it tries.
#include "sockets.h"

static void print(const char* what, int error)
{
  printf("%s %s\n", what, error == fine ? "fine" : error == access_denied ? "denied"
    : error == connection_refused ? "refused" : error == address_in_use ? "in use" : "another error");
}
#define CODE(result) ({ const __auto_type r_ = (result); r_.is_error ? r_.error : fine; })

static uint32_t new_bound(uint32_t network)
{
  const uint32_t socket = new_udp(0);
  IS(UNIT(udp_start_bind, socket, network, FLATTEN(any_v4(0))), fine);
  IS(UNIT(udp_finish_bind, socket), fine);
  return socket;
}

int main(void)
{
  const uint32_t network = instance_network();
  const Handle made = OF(Handle, create_tcp_socket, 0);
  print("create", CODE(made));
  print("create udp", CODE(OF(Handle, create_udp_socket, 0)));
  print("look up localhost", CODE(OF(Handle, resolve_addresses, network, "localhost", 9)));
  if (made.is_error) return 0;
  Connection connection;
  // Nobody listens at these ports: who may ask there is told so.
  print("connect to port 1", try_connect(network, new_tcp(0), loopback(1), &connection));
  print("connect to port 2", try_connect(network, new_tcp(0), loopback(2), &connection));
  print("bind to port 3", CODE(UNIT(tcp_start_bind, new_tcp(0), network, FLATTEN(loopback(3)))));
  const uint32_t here = new_tcp(0), anywhere = new_tcp(0);
  print("bind to any port here", CODE(UNIT(tcp_start_bind, here, network, FLATTEN(loopback(0)))));
  IS(UNIT(tcp_finish_bind, here), fine);
  print("listen there", CODE(UNIT(tcp_start_listen, here)));
  print("bind to any port", CODE(UNIT(tcp_start_bind, anywhere, network, FLATTEN(any_v4(0)))));
  const Unit finished = UNIT(tcp_finish_bind, anywhere);
  if (!finished.is_error) print("listen there", CODE(UNIT(tcp_start_listen, anywhere)));

  const uint32_t socket = new_udp(0);
  print("bind udp", CODE(UNIT(udp_start_bind, socket, network, FLATTEN(any_v4(0)))));
  if (UNIT(udp_finish_bind, socket).is_error) return 0;
  const Handles streams = OF(Handles, udp_stream, socket, 0, FLATTEN(loopback(0)));
  IS(streams, fine);
  for (uint16_t port = 1; port <= 2; ++port) {
    CHECK(OF(Number, check_send, streams.value[1]).value > 0);
    Outgoing datagram = {.data = {(uint8_t*)"x", 1}, .has_remote = 1, .remote = loopback(port)};
    printf("port %u: ", port);
    print("send", CODE(OF(Number, send_datagrams, streams.value[1], &datagram, 1)));
    printf("port %u: ", port);
    print("stream", CODE(OF(Handles, udp_stream, new_bound(network), 1, FLATTEN(loopback(port)))));
  }
}
