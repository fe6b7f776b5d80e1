// A server and its clients in one program: connections accepted, megabytes to and fro, ends told.
#include "sockets.h"

enum { size = 3 << 20 };

static uint8_t pattern(uint32_t i)
{
  return (uint8_t)(i * 2654435761u >> 24);
}

// Neither side waits for the other but in poll: what cannot be written stays where it is.
static void echo_much(uint32_t network, uint32_t listener, Address at)
{
  const Connection client = connect_to(network, at);
  const Connection server = accept_from(listener);
  uint32_t sent = 0, echoed = 0, got = 0;
  Bytes held = {NULL, 0};
  static uint8_t chunk[65536];
  while (got < size) {
    bool moved = false;
    const CountResult room = OF(CountResult, output_check_write, client.out);
    CHECK(!room.is_error);
    if (sent < size && room.value > 0) {
      uint32_t count = room.value < sizeof chunk ? (uint32_t)room.value : sizeof chunk;
      if (count > size - sent) count = size - sent;
      for (uint32_t i = 0; i < count; ++i) chunk[i] = pattern(sent + i);
      CHECK(!OF(WriteResult, output_write, client.out, chunk, count).is_error);
      sent += count;
      moved = true;
    }
    if (held.size == 0 && echoed < size) {
      const BytesResult read = OF(BytesResult, input_read, server.in, 65536);
      CHECK(!read.is_error);
      held = read.value;
      moved = moved || held.size != 0;
    }
    const CountResult back = OF(CountResult, output_check_write, server.out);
    CHECK(!back.is_error);
    if (held.size != 0 && back.value != 0) {
      const uint32_t count = back.value < held.size ? (uint32_t)back.value : held.size;
      CHECK(!OF(WriteResult, output_write, server.out, held.data, count).is_error);
      echoed += count;
      memmove(held.data, held.data + count, held.size - count);
      held.size -= count;
      moved = true;
      if (held.size == 0) free(held.data);
    }
    // The client reads late, so that everything between fills up.
    if (!moved || sent == size) {
      const BytesResult read = OF(BytesResult, input_read, client.in, 65536);
      CHECK(!read.is_error);
      for (uint32_t i = 0; i < read.value.size; ++i) CHECK(read.value.data[i] == pattern(got + i));
      got += read.value.size;
      if (read.value.size != 0) free(read.value.data);
      moved = moved || read.value.size != 0;
    }
    if (!moved) {
      const uint32_t waited[] = {input_subscribe(client.in), input_subscribe(server.in)};
      Bytes ready;
      poll_list(waited, 2, &ready);
      CHECK(ready.size >= 1);
      free(ready.data);
      drop_pollable(waited[0]), drop_pollable(waited[1]);
    }
  }
  CHECK(echoed == size);

  // Half closed: the other side reads the end and can still write.
  IS(UNIT(tcp_shutdown, client.socket, 1), fine);
  const BytesResult end = OF(BytesResult, input_blocking_read, server.in, 10);
  CHECK(end.is_error && end.error.is_closed);
  CHECK(!OF(WriteResult, output_blocking_write, server.out, (const uint8_t*)"bye", 3).is_error);
  drop_connection(server);
  const BytesResult bye = OF(BytesResult, input_blocking_read, client.in, 10);
  CHECK(!bye.is_error && bye.value.size == 3 && memcmp(bye.value.data, "bye", 3) == 0);
  const BytesResult over = OF(BytesResult, input_blocking_read, client.in, 10);
  CHECK(over.is_error && over.error.is_closed);
  drop_connection(client);
}

static void dropped_streams(uint32_t network, uint32_t listener, Address at)
{
  // A socket lives as long as what it gave: streams work when it is dropped.
  const Connection client = connect_to(network, at);
  const Connection server = accept_from(listener);
  drop_tcp(client.socket);
  CHECK(!OF(WriteResult, output_blocking_write, client.out, (const uint8_t*)"x", 1).is_error);
  CHECK(OF(BytesResult, input_blocking_read, server.in, 10).value.size == 1);
  // A pollable outlives its stream, and is ready then.
  const uint32_t pollable = input_subscribe(client.in);
  CHECK(!pollable_ready(pollable));
  drop_input(client.in);
  CHECK(!pollable_ready(pollable));
  drop_output(client.out);
  CHECK(pollable_ready(pollable));
  drop_pollable(pollable);
  const BytesResult end = OF(BytesResult, input_blocking_read, server.in, 10);
  CHECK(end.is_error && end.error.is_closed);
  drop_connection(server);
}

int main(void)
{
  const uint32_t network = instance_network();
  Address at;
  const uint32_t listener = listen_on(network, loopback(0), &at);
  echo_much(network, listener, at);
  dropped_streams(network, listener, at);
  for (int i = 0; i < 1000; ++i) {  // places are used again
    const Connection client = connect_to(network, at);
    drop_connection(accept_from(listener));
    drop_connection(client);
  }
  drop_tcp(listener);
  puts("echoed");
}
