// A client: fetch MODE SCHEME AUTHORITY PATH... prints what comes of a request for each path, one after the other.
//   get       status, one field, body, trailer
//   head      the same with HEAD
//   post      sends megabytes without a length while it reads what comes back, which must be the same
//   length    the same of 5 bytes, with a length
//   slow      gets with 200 ms to the first byte and between bytes
//   connect   gets with 200 ms to connect
//   drop      begins to get and forgets it
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "command.h"

#define IMPORT(interface, name) __attribute__((import_module("wasi:" interface "@0.2.12"), import_name(name))) extern
#define TYPES(name) IMPORT("http/types", name)
#define STREAMS(name) IMPORT("io/streams", name)
typedef uint32_t handle;
// Room for any result.
typedef union { uint8_t bytes[80]; uint32_t words[20]; uint64_t longs[10]; } Result;

TYPES("[constructor]fields") handle fields_new(void);
TYPES("[method]fields.append") void fields_append(handle, const char*, uint32_t, const char*, uint32_t, Result*);
TYPES("[method]fields.get") void fields_get(handle, const char*, uint32_t, Result*);
TYPES("[resource-drop]fields") void fields_drop(handle);
TYPES("[constructor]outgoing-request") handle request_new(handle headers);
TYPES("[method]outgoing-request.set-method") uint32_t set_method(handle, uint32_t, const char*, uint32_t);
TYPES("[method]outgoing-request.set-scheme") uint32_t set_scheme(handle, uint32_t some, uint32_t, const char*, uint32_t);
TYPES("[method]outgoing-request.set-authority") uint32_t set_authority(handle, uint32_t some, const char*, uint32_t);
TYPES("[method]outgoing-request.set-path-with-query") uint32_t set_path(handle, uint32_t some, const char*, uint32_t);
TYPES("[method]outgoing-request.body") void request_body(handle, Result*);
TYPES("[method]outgoing-body.write") void body_write(handle, Result*);
TYPES("[static]outgoing-body.finish") void body_finish(handle, uint32_t some, handle, Result*);
TYPES("[constructor]request-options") handle options_new(void);
TYPES("[method]request-options.set-connect-timeout") uint32_t set_connect(handle, uint32_t some, uint64_t);
TYPES("[method]request-options.set-first-byte-timeout") uint32_t set_first_byte(handle, uint32_t some, uint64_t);
TYPES("[method]request-options.set-between-bytes-timeout") uint32_t set_between_bytes(handle, uint32_t some, uint64_t);
IMPORT("http/outgoing-handler", "handle") void send_request(handle, uint32_t some, handle options, Result*);
TYPES("[method]future-incoming-response.subscribe") handle future_subscribe(handle);
TYPES("[method]future-incoming-response.get") void future_get(handle, Result*);
TYPES("[resource-drop]future-incoming-response") void future_drop(handle);
TYPES("[method]incoming-response.status") uint32_t response_status(handle);
TYPES("[method]incoming-response.headers") handle response_headers(handle);
TYPES("[method]incoming-response.consume") void response_consume(handle, Result*);
TYPES("[resource-drop]incoming-response") void response_drop(handle);
TYPES("[method]incoming-body.stream") void body_stream(handle, Result*);
TYPES("[static]incoming-body.finish") handle incoming_finish(handle);
TYPES("[method]future-trailers.subscribe") handle trailers_subscribe(handle);
TYPES("[method]future-trailers.get") void trailers_get(handle, Result*);
TYPES("[resource-drop]future-trailers") void trailers_drop(handle);
TYPES("http-error-code") void http_error_code(handle, Result*);
STREAMS("[method]input-stream.read") void input_read(handle, uint64_t, Result*);
STREAMS("[method]input-stream.subscribe") handle input_subscribe(handle);
STREAMS("[resource-drop]input-stream") void input_drop(handle);
STREAMS("[method]output-stream.check-write") void check_write(handle, Result*);
STREAMS("[method]output-stream.write") void output_write(handle, const uint8_t*, uint32_t, Result*);
STREAMS("[method]output-stream.flush") void output_flush(handle, Result*);
STREAMS("[method]output-stream.subscribe") handle output_subscribe(handle);
STREAMS("[resource-drop]output-stream") void output_drop(handle);
IMPORT("io/poll", "[method]pollable.block") void pollable_block(handle);
IMPORT("io/poll", "poll") void poll_list(const handle*, uint32_t, Result*);
IMPORT("io/poll", "[resource-drop]pollable") void pollable_drop(handle);

enum { size = 3 << 20 };

static const char* const errors[] = {
    [1] = "DNS-error", [2] = "destination-not-found", [6] = "connection-refused", [7] = "connection-terminated",
    [8] = "connection-timeout", [9] = "connection-read-timeout", [12] = "TLS-protocol-error",
    [13] = "TLS-certificate-error", [15] = "HTTP-request-denied", [19] = "HTTP-request-URI-invalid",
    [25] = "HTTP-response-incomplete", [37] = "configuration-error", [38] = "internal-error",
};
static int complain(const char* when, uint8_t error)
{
  const bool known = error < sizeof errors / sizeof *errors && errors[error];
  printf("%s: %s", when, known ? errors[error] : "error");
  if (!known) printf(" %u", error);
  putchar('\n');
  return 0;
}

static void wait_for(handle pollable)
{
  pollable_block(pollable);
  pollable_drop(pollable);
}
static uint8_t pattern(uint32_t i)
{
  return (uint8_t)(i * 2654435761u >> 24);
}

// The response, or 0 after having said why there is none.
static handle response_of(handle future)
{
  Result r;
  wait_for(future_subscribe(future));
  future_get(future, &r);
  CHECK(r.bytes[0] == 1 && r.bytes[8] == 0);
  if (r.bytes[16] == 0) return r.words[6];
  complain("response", r.bytes[24]);
  return 0;
}

// Reads what there is. False at the end, after having said why if it is no good one.
static bool read_some(handle in, uint8_t** data, uint32_t* count)
{
  Result r;
  input_read(in, 65536, &r);
  if (r.bytes[0] == 0) {
    *data = (uint8_t*)(uintptr_t)r.words[1];
    *count = r.words[2];
    return true;
  }
  if (r.bytes[4] == 0) {
    Result why;
    http_error_code(r.words[2], &why);
    complain("body", why.bytes[0] ? why.bytes[8] : 255);
  }
  return false;
}

static int show(handle response)
{
  Result r;
  const handle headers = response_headers(response);
  fields_get(headers, "x-test", 6, &r);
  printf("%u", response_status(response));
  if (r.words[1]) printf(" x-test=%.*s", ((int*)(uintptr_t)r.words[0])[1], *(char**)(uintptr_t)r.words[0]);
  putchar('\n');
  fields_drop(headers);
  response_consume(response, &r);
  CHECK(r.bytes[0] == 0);
  const handle body = r.words[1];
  body_stream(body, &r);
  CHECK(r.bytes[0] == 0);
  const handle in = r.words[1];
  uint8_t* data;
  uint32_t count, total = 0;
  while (read_some(in, &data, &count)) {
    total += count;
    if (total <= 1000) fwrite(data, 1, count, stdout);
    if (count == 0) wait_for(input_subscribe(in));
  }
  if (total > 1000) printf("%u bytes\n", total);
  input_drop(in);
  const handle trailers = incoming_finish(body);
  wait_for(trailers_subscribe(trailers));
  trailers_get(trailers, &r);
  CHECK(r.bytes[0] == 1);
  if (r.bytes[8] == 0 && r.bytes[16] == 0 && r.bytes[24] == 1) {
    const handle fields = r.words[7];
    fields_get(fields, "x-trailer", 9, &r);
    if (r.words[1]) printf("trailer %.*s\n", ((int*)(uintptr_t)r.words[0])[1], *(char**)(uintptr_t)r.words[0]);
    fields_drop(fields);
  }
  trailers_drop(trailers);
  response_drop(response);
  return 0;
}

// Writes and reads, whichever goes.
static int echo(handle future, handle outgoing, handle out, bool verify)
{
  Result r;
  uint32_t sent = 0, got = 0;
  handle in = 0;
  static uint8_t chunk[16384];
  while (true) {
    bool moved = false;
    if (sent < size) {
      check_write(out, &r);
      if (r.bytes[0] != 0) break;
      uint64_t room = r.longs[1] < sizeof chunk ? r.longs[1] : sizeof chunk;
      if (room > size - sent) room = size - sent;
      for (uint32_t i = 0; i < room; ++i) chunk[i] = pattern(sent + i);
      if (room > 0) output_write(out, chunk, (uint32_t)room, &r);
      sent += (uint32_t)room;
      moved = room > 0;
      if (sent == size) {
        output_drop(out);
        body_finish(outgoing, 0, 0, &r);
        CHECK(r.bytes[0] == 0);
      }
    }
    if (!in) {
      future_get(future, &r);
      if (r.bytes[0] == 1) {
        if (r.bytes[16] != 0) return complain("response", r.bytes[24]);
        response_consume(r.words[6], &r);
        body_stream(r.words[1], &r);
        in = r.words[1];
        moved = true;
      }
    } else {
      uint8_t* data;
      uint32_t count;
      if (!read_some(in, &data, &count)) break;
      for (uint32_t i = 0; i < count; ++i) CHECK(!verify || data[i] == pattern(got + i));
      if (count) free(data);
      got += count;
      moved = moved || count > 0;
    }
    if (moved) continue;
    handle waited[2] = {in ? input_subscribe(in) : future_subscribe(future)};
    const bool writes = sent < size;
    if (writes) waited[1] = output_subscribe(out);
    poll_list(waited, writes ? 2 : 1, &r);
    free((void*)(uintptr_t)r.words[0]);
    pollable_drop(waited[0]);
    if (writes) pollable_drop(waited[1]);
  }
  // The response may be over before the request is.
  while (sent < size) {
    wait_for(output_subscribe(out));
    check_write(out, &r);
    if (r.bytes[0] != 0) {
      puts("no more is taken");
      return 0;
    }
    const uint32_t room = r.longs[1] < sizeof chunk ? (uint32_t)r.longs[1] : sizeof chunk;
    output_write(out, chunk, room, &r);
    sent += room;
  }
  printf("%u bytes there, %u back\n", sent, got);
  return 0;
}

static int fetch(const char* mode, const char* scheme, const char* authority, const char* path)
{
  Result r;
  const handle headers = fields_new();
  fields_append(headers, "x-client", 8, "fetch", 5, &r);
  const bool posts = strcmp(mode, "post") == 0, has_length = strcmp(mode, "length") == 0;
  if (has_length) fields_append(headers, "content-length", 14, "5", 1, &r);
  const handle request = request_new(headers);
  if (posts || has_length) set_method(request, 2, NULL, 0);
  if (strcmp(mode, "head") == 0) set_method(request, 1, NULL, 0);
  set_scheme(request, 1, strcmp(scheme, "https") == 0, NULL, 0);
  if (set_authority(request, 1, authority, strlen(authority)) || set_path(request, 1, path, strlen(path))) {
    puts("no such URI");
    return 0;
  }
  const handle options = options_new();
  if (strcmp(mode, "slow") == 0) {
    CHECK(set_first_byte(options, 1, 200000000) == 0 && set_between_bytes(options, 1, 200000000) == 0);
  }
  if (strcmp(mode, "connect") == 0) CHECK(set_connect(options, 1, 200000000) == 0);
  handle body = 0, out = 0;
  if (posts || has_length) {
    request_body(request, &r);
    body = r.words[1];
    body_write(body, &r);
    out = r.words[1];
  }
  send_request(request, 1, options, &r);
  if (r.bytes[0] != 0) return complain("request", r.bytes[8]);
  const handle future = r.words[2];
  if (strcmp(mode, "drop") == 0) {
    future_drop(future);
    puts("dropped");
    return 0;
  }
  if (posts) return echo(future, body, out, strcmp(path, "/echo") == 0);
  if (has_length) {
    output_write(out, (const uint8_t*)"12345", 5, &r);
    CHECK(r.bytes[0] == 0);
    output_drop(out);
    body_finish(body, 0, 0, &r);
    CHECK(r.bytes[0] == 0);
  }
  const handle response = response_of(future);
  if (response) show(response);
  future_drop(future);
  return 0;
}

int main(int argc, char** argv)
{
  CHECK(argc >= 5);
  for (int i = 4; i < argc; ++i) fetch(argv[1], argv[2], argv[3], argv[i]);
  return 0;
}
