package io.polder.hive;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.PushbackInputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.apache.thrift.TConfiguration;
import org.apache.thrift.TException;
import org.apache.thrift.protocol.TBinaryProtocol;
import org.apache.thrift.transport.TIOStreamTransport;
import org.apache.thrift.transport.TTransport;
import org.apache.thrift.transport.TTransportException;
import org.apache.thrift.transport.layered.TFramedTransport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's connection, served by one thread until the client leaves.
 *
 * <p>The first byte tells what it speaks: 0x80 begins a message of Thrift's binary protocol, 0x01 a SASL handshake. Of
 * SASL there is the mechanism PLAIN, which takes any name and password, as there are no users yet; behind the handshake
 * every message has its length before it.
 */
final class ClientConnection implements Runnable, AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(ClientConnection.class);

    private static final int MAX_MESSAGE_BYTES = 16 << 20;
    private static final int MAX_HANDSHAKE_BYTES = 1 << 16;
    private static final int BUFFER_BYTES = 1 << 16;
    /** Who connects and says nothing holds a thread for so long. */
    private static final int HANDSHAKE_MILLISECONDS = 30_000;

    private static final int BINARY_PROTOCOL = 0x80;
    private static final int START = 1;
    private static final int OK = 2;
    private static final int BAD = 3;
    private static final int COMPLETE = 5;

    private final Socket socket;
    private final Function<BooleanSupplier, Service> makeService;
    private @Nullable PushbackInputStream in;

    ClientConnection(Socket socket, Function<BooleanSupplier, Service> makeService) {
        this.socket = socket;
        this.makeService = makeService;
    }

    @Override
    public void run() {
        Service service = makeService.apply(this::isGone);
        try (socket) {
            TTransport transport = transport();
            if (transport != null) {
                serve(service, transport);
            }
        } catch (IOException | TException left) {
            LOGGER.debug("A client of the Hive port left.", left);
        } catch (RuntimeException bug) {
            LOGGER.error("A client of the Hive port was cut off.", bug);
        } finally {
            service.gone();
        }
    }

    private static void serve(Service service, TTransport transport) throws TException {
        TBinaryProtocol protocol = new TBinaryProtocol(transport, MAX_MESSAGE_BYTES, MAX_MESSAGE_BYTES, true, true);
        ImpalaCalls calls = new ImpalaCalls(service);
        while (true) {
            calls.process(protocol, protocol);
        }
    }

    /** What messages come and go by; null when the client speaks something else. */
    private @Nullable TTransport transport() throws IOException, TTransportException {
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(HANDSHAKE_MILLISECONDS);
        PushbackInputStream source = new PushbackInputStream(socket.getInputStream(), 1);
        in = source;
        BufferedInputStream input = new BufferedInputStream(source, BUFFER_BYTES);
        BufferedOutputStream output = new BufferedOutputStream(socket.getOutputStream(), BUFFER_BYTES);
        input.mark(1);
        int first = input.read();
        input.reset();
        TConfiguration limits =
                new TConfiguration(MAX_MESSAGE_BYTES, MAX_MESSAGE_BYTES, TConfiguration.DEFAULT_RECURSION_DEPTH);
        if (first != BINARY_PROTOCOL && first != START) {
            return null;
        }
        boolean isFramed = first == START;
        if (isFramed && !shakeHands(new DataInputStream(input), new DataOutputStream(output))) {
            return null;
        }
        socket.setSoTimeout(0);
        TTransport stream = new Stream(limits, input, output);
        return isFramed ? new TFramedTransport(stream, MAX_MESSAGE_BYTES) : stream;
    }

    /** The bytes of a socket, without a bound on how much comes in all; each message has its own. */
    private static final class Stream extends TIOStreamTransport {
        private Stream(TConfiguration limits, BufferedInputStream in, BufferedOutputStream out)
                throws TTransportException {
            super(limits, in, out);
        }

        @Override
        public void flush() throws TTransportException {
            super.flush();
            resetConsumedMessageSize(-1);
        }
    }

    private static boolean shakeHands(DataInputStream in, DataOutputStream out) throws IOException {
        int status = in.readUnsignedByte();
        String mechanism = new String(payload(in), StandardCharsets.US_ASCII);
        if (status != START || !mechanism.equals("PLAIN")) {
            say(out, BAD, "SASL mechanism '" + mechanism + "': not one of this server. Fix: use PLAIN, or no SASL");
            return false;
        }
        status = in.readUnsignedByte();
        byte[] credentials = payload(in);
        if (status != OK && status != COMPLETE || !isPlain(credentials)) {
            say(out, BAD, "The SASL message of PLAIN is not name and password. Fix: send both; any will do");
            return false;
        }
        say(out, COMPLETE, "");
        return true;
    }

    /** RFC 4616: whom to act as, NUL, name, NUL, password. */
    private static boolean isPlain(byte[] credentials) {
        int separators = 0;
        for (byte each : credentials) {
            separators += each == 0 ? 1 : 0;
        }
        return separators == 2;
    }

    private static byte[] payload(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > MAX_HANDSHAKE_BYTES) {
            throw new IOException("a SASL message of " + length + " bytes");
        }
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        return bytes;
    }

    private static void say(DataOutputStream out, int status, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeByte(status);
        out.writeInt(bytes.length);
        out.write(bytes);
        out.flush();
    }

    /** Whether the client has closed its end; while it waits for an answer it has nothing to say. */
    private boolean isGone() {
        PushbackInputStream source = in;
        if (source == null) {
            return false;
        }
        try {
            socket.setSoTimeout(1);
            int next = source.read();
            if (next < 0) {
                return true;
            }
            source.unread(next);
            return false;
        } catch (SocketTimeoutException quiet) {
            return false;
        } catch (IOException broken) {
            return true;
        } finally {
            try {
                socket.setSoTimeout(0);
            } catch (IOException closed) {
                LOGGER.debug("A client of the Hive port left.", closed);
            }
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
