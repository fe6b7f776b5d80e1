// Datagrams with and without a remote address, their bounds, and what is refused.
#include "sockets.h"

static uint32_t network;

typedef struct { uint32_t socket, in, out; Address local; } Udp;

static void open_streams(Udp* udp, const Address* remote)
{
  const Address to = remote ? *remote : (Address){0};
  const Handles streams = OF(Handles, udp_stream, udp->socket, remote != NULL, FLATTEN(to));
  IS(streams, fine);
  udp->in = streams.value[0];
  udp->out = streams.value[1];
}
static Udp bound(const Address* remote)
{
  Udp udp = {.socket = new_udp(0)};
  IS(OF(Handles, udp_stream, udp.socket, 0, FLATTEN(loopback(0))), invalid_state);
  IS(OF(AddressResult, udp_local_address, udp.socket), invalid_state);
  IS(UNIT(udp_start_bind, udp.socket, network, FLATTEN(loopback_v6(0))), invalid_argument);
  IS(UNIT(udp_finish_bind, udp.socket), not_in_progress);
  IS(UNIT(udp_start_bind, udp.socket, network, FLATTEN(loopback(0))), fine);
  IS(UNIT(udp_start_bind, udp.socket, network, FLATTEN(loopback(0))), concurrency_conflict);
  IS(UNIT(udp_finish_bind, udp.socket), fine);
  IS(UNIT(udp_start_bind, udp.socket, network, FLATTEN(loopback(0))), invalid_state);
  udp.local = OF(AddressResult, udp_local_address, udp.socket).value;
  CHECK(udp.local.v4.port != 0);
  open_streams(&udp, remote);
  return udp;
}
static void drop_streams(Udp udp)
{
  drop_incoming(udp.in);
  drop_outgoing(udp.out);
}
static int try_send(Udp udp, const char* text, const Address* to)
{
  const Number permits = OF(Number, check_send, udp.out);
  IS(permits, fine);
  CHECK(permits.value >= 1);
  Outgoing datagram = {.data = {(uint8_t*)text, strlen(text)}, .has_remote = to != NULL};
  if (to) datagram.remote = *to;
  const Number sent = OF(Number, send_datagrams, udp.out, &datagram, 1);
  if (sent.is_error) return sent.error;
  CHECK(sent.value == 1);
  return fine;
}
static Incoming get(Udp udp)
{
  block_on(incoming_subscribe(udp.in));
  const Datagrams got = OF(Datagrams, receive, udp.in, 1);
  IS(got, fine);
  CHECK(got.value.size == 1);
  return got.value.data[0];
}
static void expect(Udp udp, const char* text, Address from)
{
  const Incoming datagram = get(udp);
  CHECK(datagram.data.size == strlen(text) && memcmp(datagram.data.data, text, strlen(text)) == 0);
  CHECK(datagram.remote.v4.port == from.v4.port && memcmp(datagram.remote.v4.address, from.v4.address, 4) == 0);
}

int main(void)
{
  network = instance_network();
  Udp server = bound(NULL);
  IS(OF(AddressResult, udp_remote_address, server.socket), invalid_state);
  IS(OF(Datagrams, receive, server.in, 10), fine);
  CHECK(OF(Datagrams, receive, server.in, 10).value.size == 0);

  // Without a remote address: one for each datagram.
  Udp client = bound(NULL);
  CHECK(try_send(client, "one", &server.local) == fine);
  expect(server, "one", client.local);
  CHECK(try_send(server, "two", &client.local) == fine);
  expect(client, "two", server.local);
  CHECK(try_send(client, "lost", NULL) == invalid_argument);
  const Address nobody[] = {any_v4(53), loopback(0), loopback_v6(53)};
  for (size_t i = 0; i < 3; ++i) CHECK(try_send(client, "lost", &nobody[i]) == invalid_argument);

  // With one: it may be left out, and no other is taken.
  const Udp old = client;
  open_streams(&client, &server.local);
  CHECK(OF(AddressResult, udp_remote_address, client.socket).value.v4.port == server.local.v4.port);
  CHECK(try_send(client, "three", NULL) == fine);
  expect(server, "three", client.local);
  CHECK(try_send(client, "four", &server.local) == fine);
  expect(server, "four", client.local);
  CHECK(try_send(client, "lost", &client.local) == invalid_argument);
  IS(OF(Number, check_send, old.out), invalid_state);
  IS(OF(Datagrams, receive, old.in, 1), invalid_state);
  drop_streams(old);
  drop_streams(client);

  // And without again: it has the port it had.
  open_streams(&client, NULL);
  CHECK(OF(AddressResult, udp_local_address, client.socket).value.v4.port == client.local.v4.port);
  CHECK(try_send(client, "five", &server.local) == fine);
  expect(server, "five", client.local);

  // The longest datagram, and one that is longer. An empty one is one too.
  static char text[65536];
  memset(text, 'x', 65507);
  CHECK(try_send(client, text, &server.local) == fine);
  expect(server, text, client.local);
  memset(text, 'x', 65508);
  CHECK(try_send(client, text, &server.local) == datagram_too_large);
  CHECK(try_send(client, "", &server.local) == fine);
  CHECK(get(server).data.size == 0);

  // Several at once.
  const Number permits = OF(Number, check_send, client.out);
  CHECK(permits.value >= 3);
  Outgoing three[3];
  for (int i = 0; i < 3; ++i) three[i] = (Outgoing){.data = {(uint8_t*)"abc" + i, 1}, .has_remote = 1, .remote = server.local};
  CHECK(OF(Number, send_datagrams, client.out, three, 3).value == 3);
  block_on(incoming_subscribe(server.in));
  const Datagrams got = OF(Datagrams, receive, server.in, 100);
  CHECK(got.value.size == 3 && got.value.data[2].data.data[0] == 'c');
  CHECK(OF(Number, send_datagrams, client.out, NULL, 0).value == 0);

  IS(UNIT(udp_set_hop_limit, client.socket, 0), invalid_argument);
  IS(UNIT(udp_set_hop_limit, client.socket, 7), fine);
  CHECK(OF(Byte, udp_hop_limit, client.socket).value == 7);

  // Whom nobody hears, is told so where there is a remote address.
  drop_streams(server);
  drop_udp(server.socket);
  drop_streams(client);
  open_streams(&client, &server.local);
  CHECK(try_send(client, "hello?", NULL) == fine);
  block_on(incoming_subscribe(client.in));
  IS(OF(Datagrams, receive, client.in, 1), connection_refused);
  puts("datagrams echoed");
}
