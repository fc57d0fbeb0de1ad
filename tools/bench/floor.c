// SPDX-License-Identifier: Apache-2.0
// floor PORT: the least that an HTTP/1.1 server over libuv and llhttp costs. Keep-alive, one
// thread, one fixed answer, no checks: the reference against which the benchmark holds sedge. Not a
// server for anything else.
#include <llhttp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

static const char kAnswer[] =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain;charset=UTF-8\r\nContent-Length: 11\r\n"
    "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\nhello world";

struct Connection {
  uv_tcp_t tcp;
  llhttp_t parser;
  int answers;  // owed for the bytes of this read
};

static llhttp_settings_t settings;
static char read_buffer[64 * 1024];

static int OnMessageComplete(llhttp_t* parser) {
  ((struct Connection*)parser->data)->answers++;
  return 0;
}

static void OnClosed(uv_handle_t* handle) { free(handle->data); }

static void OnAlloc(uv_handle_t* handle, size_t suggested, uv_buf_t* buffer) {
  (void)handle;
  (void)suggested;
  *buffer = uv_buf_init(read_buffer, sizeof read_buffer);
}

static void OnRead(uv_stream_t* stream, ssize_t count, const uv_buf_t* buffer) {
  struct Connection* connection = stream->data;
  if (count == 0) return;
  if (count < 0 || llhttp_execute(&connection->parser, buffer->base, (size_t)count) != HPE_OK) {
    uv_close((uv_handle_t*)stream, OnClosed);
    return;
  }
  for (; connection->answers > 0; connection->answers--) {
    uv_buf_t answer = uv_buf_init((char*)kAnswer, sizeof kAnswer - 1);
    if (uv_try_write(stream, &answer, 1) != (int)answer.len) {
      uv_close((uv_handle_t*)stream, OnClosed);
      return;
    }
  }
}

static void OnConnection(uv_stream_t* listener, int status) {
  if (status != 0) return;
  struct Connection* connection = calloc(1, sizeof *connection);
  if (!connection) abort();
  uv_tcp_init(listener->loop, &connection->tcp);
  uv_tcp_nodelay(&connection->tcp, 1);
  connection->tcp.data = connection;
  llhttp_init(&connection->parser, HTTP_REQUEST, &settings);
  connection->parser.data = connection;
  if (uv_accept(listener, (uv_stream_t*)&connection->tcp) == 0) {
    uv_read_start((uv_stream_t*)&connection->tcp, OnAlloc, OnRead);
  } else {
    uv_close((uv_handle_t*)&connection->tcp, OnClosed);
  }
}

int main(int argc, char** argv) {
  char* end = NULL;
  const long port = argc == 2 ? strtol(argv[1], &end, 10) : -1;
  if (port < 0 || port > 65535 || *end != '\0') {
    fprintf(stderr, "usage: %s PORT   (0 to 65535; 0: any free one)\n", argv[0]);
    return 2;
  }
  llhttp_settings_init(&settings);
  settings.on_message_complete = OnMessageComplete;

  uv_tcp_t listener;
  struct sockaddr_in address;
  uv_tcp_init(uv_default_loop(), &listener);
  uv_ip4_addr("127.0.0.1", (int)port, &address);
  int error = uv_tcp_bind(&listener, (const struct sockaddr*)&address, 0);
  if (error == 0) error = uv_listen((uv_stream_t*)&listener, 1024, OnConnection);
  if (error != 0) {
    fprintf(stderr, "listen %s 127.0.0.1:%ld\n", uv_err_name(error), port);
    return 1;
  }
  int size = sizeof address;
  uv_tcp_getsockname(&listener, (struct sockaddr*)&address, &size);
  printf("Listening on http://127.0.0.1:%d\n", ntohs(address.sin_port));
  fflush(stdout);
  return uv_run(uv_default_loop(), UV_RUN_DEFAULT);
}
