// Sockets without end: the limit is met, and what was dropped can be had again.
#include "sockets.h"

int main(void)
{
  const uint32_t network = instance_network();
  static uint32_t sockets[100000];
  uint32_t count = 0;
  for (;;) {
    const Handle made = count % 2 ? OF(Handle, create_udp_socket, 0) : OF(Handle, create_tcp_socket, 0);
    if (made.is_error) {
      IS(made, new_socket_limit);
      break;
    }
    sockets[count++] = made.value;
  }
  printf("%u sockets\n", count);
  // A connection waits until there is room for it.
  for (uint32_t i = 0; i < 2; ++i) drop_tcp(sockets[2 * i]);
  Address at;
  const uint32_t listener = listen_on(network, loopback(0), &at);
  const Connection client = connect_to(network, at);
  block_on(tcp_subscribe(listener));
  IS(OF(Handles, tcp_accept, listener), new_socket_limit);
  drop_tcp(sockets[4]);
  const Connection server = accept_from(listener);
  CHECK(!OF(WriteResult, output_blocking_write, client.out, (const uint8_t*)"x", 1).is_error);
  CHECK(OF(BytesResult, input_blocking_read, server.in, 10).value.size == 1);
  // Lookups without end.
  uint32_t lookups = 0;
  while (lookups < 1000 && !OF(Handle, resolve_addresses, network, "localhost", 9).is_error) ++lookups;
  CHECK(lookups > 0 && lookups < 1000);
  puts("limits met");
}
