// What a socket answers in each of its states; options; addresses that are none.
#include "sockets.h"

static uint32_t network;

static void bind_to(uint32_t socket, Address at)
{
  IS(UNIT(tcp_start_bind, socket, network, FLATTEN(at)), fine);
  IS(UNIT(tcp_finish_bind, socket), fine);
}

static void unbound(uint32_t family)
{
  const uint32_t s = new_tcp(family);
  IS(UNIT(tcp_finish_bind, s), not_in_progress);
  IS(OF(Handles, tcp_finish_connect, s), not_in_progress);
  IS(UNIT(tcp_start_listen, s), invalid_state);
  IS(UNIT(tcp_finish_listen, s), not_in_progress);
  IS(OF(Handles, tcp_accept, s), invalid_state);
  IS(UNIT(tcp_shutdown, s, 2), invalid_state);
  IS(OF(AddressResult, tcp_local_address, s), invalid_state);
  IS(OF(AddressResult, tcp_remote_address, s), invalid_state);
  CHECK(!tcp_is_listening(s));
  CHECK(tcp_address_family(s) == family);
  const uint32_t pollable = tcp_subscribe(s);
  CHECK(pollable_ready(pollable));
  drop_pollable(pollable);

  IS(UNIT(tcp_set_backlog, s, 0), invalid_argument);
  IS(UNIT(tcp_set_backlog, s, 32), fine);
  IS(OF(Byte, tcp_keep_alive, s), fine);
  IS(UNIT(tcp_set_keep_alive, s, 1), fine);
  CHECK(OF(Byte, tcp_keep_alive, s).value == 1);
  IS(UNIT(tcp_set_idle_time, s, 0), invalid_argument);
  IS(UNIT(tcp_set_idle_time, s, 1), fine);
  CHECK(OF(Number, tcp_idle_time, s).value == 1000000000ull);
  IS(UNIT(tcp_set_idle_time, s, UINT64_MAX), fine);
  CHECK(OF(Number, tcp_idle_time, s).value > 1000000000ull);
  IS(UNIT(tcp_set_interval, s, 0), invalid_argument);
  IS(UNIT(tcp_set_interval, s, 5000000000ull), fine);
  CHECK(OF(Number, tcp_interval, s).value == 5000000000ull);
  IS(UNIT(tcp_set_count, s, 0), invalid_argument);
  IS(UNIT(tcp_set_count, s, UINT32_MAX), fine);
  IS(UNIT(tcp_set_count, s, 3), fine);
  CHECK(OF(Handle, tcp_count, s).value == 3);
  IS(UNIT(tcp_set_hop_limit, s, 0), invalid_argument);
  IS(UNIT(tcp_set_hop_limit, s, 42), fine);
  CHECK(OF(Byte, tcp_hop_limit, s).value == 42);
  IS(UNIT(tcp_set_receive_buffer, s, 0), invalid_argument);
  IS(UNIT(tcp_set_receive_buffer, s, 16000), fine);
  CHECK(OF(Number, tcp_receive_buffer, s).value == 16000);
  IS(UNIT(tcp_set_send_buffer, s, UINT64_MAX), fine);
  IS(UNIT(tcp_set_send_buffer, s, 16000), fine);
  CHECK(OF(Number, tcp_send_buffer, s).value == 16000);
  drop_tcp(s);
}

static void binding(void)
{
  const uint32_t s = new_tcp(0);
  const Address bad[] = {
      loopback_v6(0),                                                                     // the other family
      {.v4 = {0, {224, 0, 0, 1}}},                                                        // multicast
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; ++i) {
    IS(UNIT(tcp_start_bind, s, network, FLATTEN(bad[i])), invalid_argument);
  }
  // An address of nobody here.
  const Address foreign = {.v4 = {0, {192, 0, 2, 1}}};
  IS(UNIT(tcp_start_bind, s, network, FLATTEN(foreign)), fine);
  IS(UNIT(tcp_start_bind, s, network, FLATTEN(loopback(0))), concurrency_conflict);
  IS(UNIT(tcp_start_listen, s), concurrency_conflict);
  IS(UNIT(tcp_start_connect, s, network, FLATTEN(loopback(1))), concurrency_conflict);
  IS(UNIT(tcp_finish_bind, s), address_not_bindable);
  IS(UNIT(tcp_finish_bind, s), not_in_progress);

  bind_to(s, loopback(0));
  IS(UNIT(tcp_start_bind, s, network, FLATTEN(loopback(0))), invalid_state);
  IS(UNIT(tcp_finish_listen, s), not_in_progress);
  IS(OF(Handles, tcp_accept, s), invalid_state);
  IS(UNIT(tcp_shutdown, s, 0), invalid_state);
  const AddressResult local = OF(AddressResult, tcp_local_address, s);
  IS(local, fine);
  CHECK(local.value.v4.port != 0 && local.value.v4.address[0] == 127);
  IS(OF(AddressResult, tcp_remote_address, s), invalid_state);

  IS(UNIT(tcp_start_listen, s), fine);
  IS(UNIT(tcp_start_listen, s), concurrency_conflict);
  CHECK(!tcp_is_listening(s));
  IS(UNIT(tcp_finish_listen, s), fine);
  CHECK(tcp_is_listening(s));
  IS(UNIT(tcp_start_bind, s, network, FLATTEN(loopback(0))), invalid_state);
  IS(UNIT(tcp_start_connect, s, network, FLATTEN(loopback(1))), invalid_state);
  IS(UNIT(tcp_start_listen, s), invalid_state);
  IS(UNIT(tcp_shutdown, s, 1), invalid_state);
  IS(OF(Handles, tcp_accept, s), would_block);
  IS(UNIT(tcp_set_backlog, s, 1), fine);
  const uint32_t pollable = tcp_subscribe(s);
  CHECK(!pollable_ready(pollable));

  // The port is taken.
  const uint32_t other = new_tcp(0);
  IS(UNIT(tcp_start_bind, other, network, FLATTEN(local.value)), fine);
  IS(UNIT(tcp_finish_bind, other), address_in_use);
  drop_tcp(other);

  const Connection client = connect_to(network, local.value);
  pollable_block(pollable);
  drop_pollable(pollable);
  const Connection server = accept_from(s);
  IS(UNIT(tcp_start_bind, client.socket, network, FLATTEN(loopback(0))), invalid_state);
  IS(UNIT(tcp_start_connect, client.socket, network, FLATTEN(local.value)), invalid_state);
  IS(UNIT(tcp_start_listen, client.socket), invalid_state);
  IS(UNIT(tcp_set_backlog, client.socket, 1), invalid_state);
  IS(OF(Handles, tcp_finish_connect, client.socket), not_in_progress);
  IS(OF(Handles, tcp_accept, client.socket), invalid_state);
  const AddressResult remote = OF(AddressResult, tcp_remote_address, client.socket);
  IS(remote, fine);
  CHECK(remote.value.v4.port == local.value.v4.port);
  IS(OF(AddressResult, tcp_remote_address, server.socket), fine);
  IS(UNIT(tcp_shutdown, client.socket, 2), fine);
  drop_connection(client);
  drop_connection(server);
  drop_tcp(s);
}

static void connecting(void)
{
  const uint32_t s = new_tcp(0);
  const Address bad[] = {any_v4(80), loopback(0), loopback_v6(80), {.v4 = {80, {239, 1, 2, 3}}}};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; ++i) {
    IS(UNIT(tcp_start_connect, s, network, FLATTEN(bad[i])), invalid_argument);
  }
  // Nobody listens at a port that was just given back.
  Address gone;
  drop_tcp(listen_on(network, loopback(0), &gone));
  IS(UNIT(tcp_start_connect, s, network, FLATTEN(gone)), fine);
  IS(UNIT(tcp_start_connect, s, network, FLATTEN(gone)), concurrency_conflict);
  IS(UNIT(tcp_start_bind, s, network, FLATTEN(loopback(0))), concurrency_conflict);
  IS(UNIT(tcp_start_listen, s), concurrency_conflict);
  IS(UNIT(tcp_set_backlog, s, 1), invalid_state);
  IS(OF(AddressResult, tcp_remote_address, s), invalid_state);
  block_on(tcp_subscribe(s));
  IS(OF(Handles, tcp_finish_connect, s), connection_refused);
  IS(OF(Handles, tcp_finish_connect, s), not_in_progress);
  IS(UNIT(tcp_start_connect, s, network, FLATTEN(gone)), invalid_state);
  IS(OF(AddressResult, tcp_local_address, s), invalid_state);
  drop_tcp(s);
}

static void of_ipv6(void)
{
  Handle made;
  create_tcp_socket(1, &made);
  if (made.is_error) return;  // a system without it
  const Address mapped = {.is_v6 = 1, .v6 = {.port = 80, .address = {0, 0, 0, 0, 0, 0xffff, 0x7f00, 1}}};
  const Address compatible = {.is_v6 = 1, .v6 = {.port = 80, .address = {0, 0, 0, 0, 0, 0, 0x7f00, 1}}};
  IS(UNIT(tcp_start_bind, made.value, network, FLATTEN(mapped)), invalid_argument);
  IS(UNIT(tcp_start_connect, made.value, network, FLATTEN(mapped)), invalid_argument);
  IS(UNIT(tcp_start_connect, made.value, network, FLATTEN(compatible)), invalid_argument);
  IS(UNIT(tcp_start_bind, made.value, network, FLATTEN(loopback_v6(0))), fine);
  const Unit bound = UNIT(tcp_finish_bind, made.value);
  if (!bound.is_error) {
    IS(UNIT(tcp_start_listen, made.value), fine);
    IS(UNIT(tcp_finish_listen, made.value), fine);
    const AddressResult local = OF(AddressResult, tcp_local_address, made.value);
    CHECK(local.value.is_v6 && local.value.v6.address[7] == 1 && local.value.v6.port != 0);
    const Connection client = connect_to(network, local.value);
    drop_connection(accept_from(made.value));
    drop_connection(client);
    unbound(1);
  } else {
    IS(bound, address_not_bindable);
  }
  drop_tcp(made.value);
}

int main(void)
{
  network = instance_network();
  unbound(0);
  binding();
  connecting();
  of_ipv6();
  drop_network(network);
  puts("states as specified");
}
