// The functions of sockets.wit as the canonical ABI has them, and what is easier to write with.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"

#define IMPORT(interface, name) __attribute__((import_module("wasi:" interface "@0.2.0"), import_name(name))) extern
#define TCP(name) IMPORT("sockets/tcp", "[method]tcp-socket." name)
#define UDP(name) IMPORT("sockets/udp", "[method]udp-socket." name)

enum error_code {
  unknown, access_denied, not_supported, invalid_argument, out_of_memory, timeout, concurrency_conflict,
  not_in_progress, would_block, invalid_state, new_socket_limit, address_not_bindable, address_in_use,
  remote_unreachable, connection_refused, connection_reset, connection_aborted, datagram_too_large,
  name_unresolvable, temporary_resolver_failure, permanent_resolver_failure,
  fine = 100,  // no error
};

// Results, as they lie in memory.
typedef struct { uint8_t is_error, error; } Unit;
typedef struct { uint8_t is_error; union { uint8_t error; uint32_t value; }; } Handle;
typedef struct { uint8_t is_error; union { uint8_t error; uint32_t value[3]; }; } Handles;
typedef struct { uint8_t is_error; union { uint8_t error; uint64_t value; }; } Number;
typedef struct { uint8_t is_error; union { uint8_t error, value; }; } Byte;
typedef struct { uint16_t port; uint8_t address[4]; } V4;
typedef struct { uint16_t port; uint32_t flow_info; uint16_t address[8]; uint32_t scope_id; } V6;
typedef struct { uint8_t is_v6; union { V4 v4; V6 v6; }; } Address;
typedef struct { uint8_t is_error; union { uint8_t error; Address value; }; } AddressResult;
// A stream's error: failed with an error, or closed.
typedef struct { uint8_t is_closed; uint32_t error; } StreamError;
typedef struct { uint8_t* data; uint32_t size; } Bytes;
typedef struct { uint8_t is_error; union { StreamError error; Bytes value; }; } BytesResult;
typedef struct { uint8_t is_error; union { StreamError error; uint64_t value; }; } CountResult;
typedef struct { uint8_t is_error; StreamError error; } WriteResult;
typedef struct { Bytes data; Address remote; } Incoming;
typedef struct { Bytes data; uint8_t has_remote; Address remote; } Outgoing;
typedef struct { uint8_t is_error; union { uint8_t error; struct { Incoming* data; uint32_t size; } value; }; } Datagrams;
typedef struct { uint8_t is_v6; union { uint8_t v4[4]; uint16_t v6[8]; }; } Ip;
typedef struct { uint8_t is_error; union { uint8_t error; struct { uint8_t is_some; Ip ip; } value; }; } NextAddress;

// An ip-socket-address as twelve parameters.
#define FLAT uint32_t, uint32_t, uint32_t, uint32_t, uint32_t, uint32_t, uint32_t, uint32_t, uint32_t, uint32_t, uint32_t, uint32_t
#define FLATTEN(a) \
  (a).is_v6, (a).is_v6 ? (a).v6.port : (a).v4.port, (a).is_v6 ? (a).v6.flow_info : (a).v4.address[0], \
  (a).is_v6 ? (a).v6.address[0] : (a).v4.address[1], (a).is_v6 ? (a).v6.address[1] : (a).v4.address[2], \
  (a).is_v6 ? (a).v6.address[2] : (a).v4.address[3], (a).is_v6 ? (a).v6.address[3] : 0, \
  (a).is_v6 ? (a).v6.address[4] : 0, (a).is_v6 ? (a).v6.address[5] : 0, (a).is_v6 ? (a).v6.address[6] : 0, \
  (a).is_v6 ? (a).v6.address[7] : 0, (a).is_v6 ? (a).v6.scope_id : 0

IMPORT("sockets/instance-network", "instance-network") uint32_t instance_network(void);
IMPORT("sockets/network", "[resource-drop]network") void drop_network(uint32_t);

IMPORT("sockets/tcp-create-socket", "create-tcp-socket") void create_tcp_socket(uint32_t family, Handle*);
IMPORT("sockets/tcp", "[resource-drop]tcp-socket") void drop_tcp(uint32_t);
TCP("start-bind") void tcp_start_bind(uint32_t, uint32_t network, FLAT, Unit*);
TCP("finish-bind") void tcp_finish_bind(uint32_t, Unit*);
TCP("start-connect") void tcp_start_connect(uint32_t, uint32_t network, FLAT, Unit*);
TCP("finish-connect") void tcp_finish_connect(uint32_t, Handles*);
TCP("start-listen") void tcp_start_listen(uint32_t, Unit*);
TCP("finish-listen") void tcp_finish_listen(uint32_t, Unit*);
TCP("accept") void tcp_accept(uint32_t, Handles*);
TCP("local-address") void tcp_local_address(uint32_t, AddressResult*);
TCP("remote-address") void tcp_remote_address(uint32_t, AddressResult*);
TCP("is-listening") uint32_t tcp_is_listening(uint32_t);
TCP("address-family") uint32_t tcp_address_family(uint32_t);
TCP("set-listen-backlog-size") void tcp_set_backlog(uint32_t, uint64_t, Unit*);
TCP("keep-alive-enabled") void tcp_keep_alive(uint32_t, Byte*);
TCP("set-keep-alive-enabled") void tcp_set_keep_alive(uint32_t, uint32_t, Unit*);
TCP("keep-alive-idle-time") void tcp_idle_time(uint32_t, Number*);
TCP("set-keep-alive-idle-time") void tcp_set_idle_time(uint32_t, uint64_t, Unit*);
TCP("set-keep-alive-interval") void tcp_set_interval(uint32_t, uint64_t, Unit*);
TCP("keep-alive-interval") void tcp_interval(uint32_t, Number*);
TCP("set-keep-alive-count") void tcp_set_count(uint32_t, uint32_t, Unit*);
TCP("keep-alive-count") void tcp_count(uint32_t, Handle*);
TCP("hop-limit") void tcp_hop_limit(uint32_t, Byte*);
TCP("set-hop-limit") void tcp_set_hop_limit(uint32_t, uint32_t, Unit*);
TCP("receive-buffer-size") void tcp_receive_buffer(uint32_t, Number*);
TCP("set-receive-buffer-size") void tcp_set_receive_buffer(uint32_t, uint64_t, Unit*);
TCP("send-buffer-size") void tcp_send_buffer(uint32_t, Number*);
TCP("set-send-buffer-size") void tcp_set_send_buffer(uint32_t, uint64_t, Unit*);
TCP("subscribe") uint32_t tcp_subscribe(uint32_t);
TCP("shutdown") void tcp_shutdown(uint32_t, uint32_t how, Unit*);

IMPORT("sockets/udp-create-socket", "create-udp-socket") void create_udp_socket(uint32_t family, Handle*);
IMPORT("sockets/udp", "[resource-drop]udp-socket") void drop_udp(uint32_t);
UDP("start-bind") void udp_start_bind(uint32_t, uint32_t network, FLAT, Unit*);
UDP("finish-bind") void udp_finish_bind(uint32_t, Unit*);
UDP("stream") void udp_stream(uint32_t, uint32_t has_remote, FLAT, Handles*);
UDP("local-address") void udp_local_address(uint32_t, AddressResult*);
UDP("remote-address") void udp_remote_address(uint32_t, AddressResult*);
UDP("unicast-hop-limit") void udp_hop_limit(uint32_t, Byte*);
UDP("set-unicast-hop-limit") void udp_set_hop_limit(uint32_t, uint32_t, Unit*);
IMPORT("sockets/udp", "[resource-drop]incoming-datagram-stream") void drop_incoming(uint32_t);
IMPORT("sockets/udp", "[resource-drop]outgoing-datagram-stream") void drop_outgoing(uint32_t);
IMPORT("sockets/udp", "[method]incoming-datagram-stream.receive") void receive(uint32_t, uint64_t most, Datagrams*);
IMPORT("sockets/udp", "[method]incoming-datagram-stream.subscribe") uint32_t incoming_subscribe(uint32_t);
IMPORT("sockets/udp", "[method]outgoing-datagram-stream.check-send") void check_send(uint32_t, Number*);
IMPORT("sockets/udp", "[method]outgoing-datagram-stream.send") void send_datagrams(uint32_t, Outgoing*, uint32_t, Number*);

IMPORT("sockets/ip-name-lookup", "resolve-addresses") void resolve_addresses(uint32_t network, const char*, uint32_t, Handle*);
IMPORT("sockets/ip-name-lookup", "[resource-drop]resolve-address-stream") void drop_lookup(uint32_t);
IMPORT("sockets/ip-name-lookup", "[method]resolve-address-stream.resolve-next-address") void next_address(uint32_t, NextAddress*);
IMPORT("sockets/ip-name-lookup", "[method]resolve-address-stream.subscribe") uint32_t lookup_subscribe(uint32_t);

IMPORT("io/poll", "[resource-drop]pollable") void drop_pollable(uint32_t);
IMPORT("io/poll", "[method]pollable.block") void pollable_block(uint32_t);
IMPORT("io/poll", "[method]pollable.ready") uint32_t pollable_ready(uint32_t);
IMPORT("io/poll", "poll") void poll_list(const uint32_t*, uint32_t, Bytes*);
IMPORT("clocks/monotonic-clock", "subscribe-duration") uint32_t subscribe_duration(uint64_t ns);
IMPORT("io/streams", "[resource-drop]input-stream") void drop_input(uint32_t);
IMPORT("io/streams", "[resource-drop]output-stream") void drop_output(uint32_t);
IMPORT("io/streams", "[method]input-stream.read") void input_read(uint32_t, uint64_t, BytesResult*);
IMPORT("io/streams", "[method]input-stream.blocking-read") void input_blocking_read(uint32_t, uint64_t, BytesResult*);
IMPORT("io/streams", "[method]input-stream.subscribe") uint32_t input_subscribe(uint32_t);
IMPORT("io/streams", "[method]output-stream.check-write") void output_check_write(uint32_t, CountResult*);
IMPORT("io/streams", "[method]output-stream.write") void output_write(uint32_t, const uint8_t*, uint32_t, WriteResult*);
IMPORT("io/streams", "[method]output-stream.blocking-write-and-flush") void output_blocking_write(uint32_t, const uint8_t*, uint32_t, WriteResult*);
IMPORT("io/streams", "[method]output-stream.subscribe") uint32_t output_subscribe(uint32_t);

#define IS(result, wanted) \
  do { \
    const __auto_type once_ = (result); \
    const int is_ = once_.is_error ? once_.error : fine; \
    if (is_ != (wanted)) printf("line %d: %d, not %s\n", __LINE__, is_, #wanted), exit(1); \
  } while (0)

static inline Address loopback(uint16_t port)
{
  return (Address){.v4 = {port, {127, 0, 0, 1}}};
}
static inline Address any_v4(uint16_t port)
{
  return (Address){.v4 = {port, {0, 0, 0, 0}}};
}
static inline Address loopback_v6(uint16_t port)
{
  return (Address){.is_v6 = 1, .v6 = {.port = port, .address = {0, 0, 0, 0, 0, 0, 0, 1}}};
}

// Calls whose result is a result<_, error-code>.
#define UNIT(call, ...) \
  ({ \
    Unit result_; \
    call(__VA_ARGS__, &result_); \
    result_; \
  })
#define OF(type, call, ...) \
  ({ \
    type result_; \
    call(__VA_ARGS__, &result_); \
    result_; \
  })

static inline uint32_t new_tcp(uint32_t family)
{
  Handle made;
  create_tcp_socket(family, &made);
  IS(made, fine);
  return made.value;
}
static inline uint32_t new_udp(uint32_t family)
{
  Handle made;
  create_udp_socket(family, &made);
  IS(made, fine);
  return made.value;
}
static inline void block_on(uint32_t pollable)
{
  pollable_block(pollable);
  drop_pollable(pollable);
}

// A listener on a port that the system chooses.
static inline uint32_t listen_on(uint32_t network, Address at, Address* bound)
{
  const uint32_t socket = new_tcp(at.is_v6);
  IS(UNIT(tcp_start_bind, socket, network, FLATTEN(at)), fine);
  IS(UNIT(tcp_finish_bind, socket), fine);
  IS(UNIT(tcp_start_listen, socket), fine);
  IS(UNIT(tcp_finish_listen, socket), fine);
  const AddressResult local = OF(AddressResult, tcp_local_address, socket);
  IS(local, fine);
  *bound = local.value;
  return socket;
}
typedef struct { uint32_t socket, in, out; } Connection;
static inline int try_connect(uint32_t network, uint32_t socket, Address to, Connection* made)
{
  const Unit started = UNIT(tcp_start_connect, socket, network, FLATTEN(to));
  if (started.is_error) return started.error;
  block_on(tcp_subscribe(socket));
  const Handles streams = OF(Handles, tcp_finish_connect, socket);
  if (streams.is_error) return streams.error;
  *made = (Connection){socket, streams.value[0], streams.value[1]};
  return fine;
}
static inline Connection connect_to(uint32_t network, Address to)
{
  Connection made;
  CHECK(try_connect(network, new_tcp(to.is_v6), to, &made) == fine);
  return made;
}
static inline Connection accept_from(uint32_t listener)
{
  block_on(tcp_subscribe(listener));
  const Handles made = OF(Handles, tcp_accept, listener);
  IS(made, fine);
  return (Connection){made.value[0], made.value[1], made.value[2]};
}
static inline void drop_connection(Connection connection)
{
  drop_input(connection.in);
  drop_output(connection.out);
  drop_tcp(connection.socket);
}
