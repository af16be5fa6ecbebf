package io.github.duckpool.benchmarks.processes;

import io.github.duckpool.DuckPool;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * The other way to share a file: one process has it, and the others ask that one through sockets, with a thread for each. Prints
 * its port; a client sends a byte for each row, and gets one back when the row is committed.
 */
final class ServerPeer {
    private ServerPeer() {}

    public static void main(String[] args) throws Exception {
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                DuckPool pool = DuckPool.builder().database(Path.of(args[0])).build()) {
            pool.getConnection().close();
            System.out.println(server.getLocalPort());
            Thread accepting = new Thread(() -> accept(server, pool), "accepts");
            accepting.setDaemon(true);
            accepting.start();
            while (System.in.read() >= 0) {
                // until the end of the turn
            }
        }
    }

    private static void accept(ServerSocket server, DuckPool pool) {
        while (true) {
            try {
                Socket socket = server.accept();
                Thread serving = new Thread(() -> serve(socket, pool), "serves");
                serving.setDaemon(true);
                serving.start();
            } catch (IOException closed) {
                return;
            }
        }
    }

    private static void serve(Socket socket, DuckPool pool) {
        try (socket) {
            socket.setTcpNoDelay(true);
            var in = new DataInputStream(socket.getInputStream());
            var out = new DataOutputStream(socket.getOutputStream());
            while (in.read() >= 0) {
                try (Connection connection = pool.getConnection()) {
                    TransactionsPeer.insert(connection);
                }
                out.writeByte(1);
            }
        } catch (IOException | SQLException e) {
            System.err.println(e); // the client gets no answer, and its turn fails
        }
    }

    /** The other end. Not thread-safe. */
    static final class Client implements AutoCloseable {
        private final Socket socket;

        Client(int port) throws IOException {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setTcpNoDelay(true);
        }

        void insert() throws IOException {
            socket.getOutputStream().write(1);
            if (socket.getInputStream().read() < 0) {
                throw new EOFException("the server gave no answer");
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
