#!/usr/bin/escript
%%! -noinput
%% Login by key on an unmodified ejabberd, by external authentication. What it judges and why:
%% spec/login-by-key-password.md, rules KEYPASS-*. How to install it: README.md beside this file.
%%
%% Usage: clowder-login.escript DIRECTORY HOST [SECONDS]
%% Publishes the key of each window in DIRECTORY/HOST, for as long as it runs. A window is SECONDS long, 60 when not given.

-mode(compile).

-define(PROTOCOL, <<"CLOWDER-DH-PASSWORD-1">>).
%% Of CLOWDER-DH-1: an account belongs to its key, however that is proven.
-define(ACCOUNT_LABEL, <<"CLOWDER-DH-1 account">>).
-define(WINDOW_DEFAULT_SECONDS, 60).
-define(WINDOW_MAX_SECONDS, 3600).
%% Logins that one window takes: what is remembered of each is about 100 bytes.
-define(LOGINS_MAX_COUNT, 65536).
%% Names that are remembered to exist.
-define(NAMES_MAX_COUNT, 262144).

-record(window, {id, public, secret, used = #{}}).
-record(state, {directory, host, window_ms, current, previous, names = #{}}).

main([Directory, Host]) ->
    main([Directory, Host, integer_to_list(?WINDOW_DEFAULT_SECONDS)]);
main([Directory, Host, Seconds]) ->
    {ok, _} = application:ensure_all_started(crypto),
    Length = list_to_integer(Seconds),
    true = Length >= 1 andalso Length =< ?WINDOW_MAX_SECONDS,
    Port = open_port({fd, 0, 1}, [{packet, 2}, binary, eof]),
    serve(Port, turn(#state{directory = Directory, host = list_to_binary(Host), window_ms = Length * 1000}));
main(_) ->
    io:format(standard_error, "usage: clowder-login.escript DIRECTORY HOST [SECONDS]~n", []),
    halt(2).

serve(Port, State) ->
    receive
        {Port, {data, Request}} ->
            {Answer, Next} = answered(Request, State),
            Byte = case Answer of true -> 1; false -> 0 end,
            port_command(Port, <<Byte:16>>),
            serve(Port, Next);
        {Port, eof} ->
            ok = withdraw(State);
        turn ->
            serve(Port, turn(State))
    end.

%% KEYPASS-3: a window's key lives in this process alone, and is forgotten one window after it was last published.
turn(#state{current = Last, host = Host} = State) ->
    {Public, Secret} = crypto:generate_key(ecdh, x25519),
    Next = State#state{
        current = #window{id = window_id(Host, Public), public = Public, secret = Secret},
        previous = Last
    },
    publish(Next),
    erlang:send_after(State#state.window_ms, self(), turn),
    erlang:garbage_collect(),
    Next.

%% KEYPASS-2: whole or not at all.
publish(#state{current = #window{public = Public}} = State) ->
    Path = path(State),
    Text = [?PROTOCOL, <<" e=">>, base64:encode(Public), <<"\n">>],
    ok = file:write_file(Path ++ ".new", Text),
    ok = file:rename(Path ++ ".new", Path).

withdraw(State) ->
    _ = file:delete(path(State)),
    ok.

path(#state{directory = Directory, host = Host}) -> filename:join(Directory, binary_to_list(Host)).

%% What ejabberd asks, and a program of its answers: one byte of yes or no. Nothing that comes makes it end.
answered(Request, State) ->
    try answer(Request, State)
    catch _:_ -> {false, State}
    end.

answer(<<"auth:", Rest/binary>>, State) ->
    [User, Server, Password] = split(Rest, 3),
    login(User, Server, Password, State);
answer(<<"isuser:", Rest/binary>>, #state{names = Names, host = Host} = State) ->
    [User, Server] = split(Rest, 2),
    {Server =:= Host andalso is_map_key(User, Names), State};
answer(<<"removeuser:", Rest/binary>>, #state{names = Names} = State) ->
    [User, _] = split(Rest, 2),
    {true, State#state{names = maps:remove(User, Names)}};
answer(_, State) ->
    %% KEYPASS-6: an account has no password that could be set, and is made by its key alone.
    {false, State}.

%% At colons, of which the last part may have some of its own.
split(Binary, 1) -> [Binary];
split(Binary, Parts) ->
    [Head, Tail] = binary:split(Binary, <<":">>),
    [Head | split(Tail, Parts - 1)].

login(User, Host, Password, #state{host = Host, names = Names} = State) ->
    %% KEYPASS-1: one encoding.
    match = re:run(Password, "\\Akp1\\.[A-Za-z0-9+/]{192}\\z", [{capture, none}]),
    <<"kp1.", Text/binary>> = Password,
    <<Key:32/binary, Id:16/binary, Nonce:32/binary, Proof:64/binary>> = base64:decode(Text),
    Window = window(Id, State),
    Used = Window#window.used,
    Mark = <<Key/binary, Nonce/binary>>,
    IsFresh = not is_map_key(Mark, Used) andalso map_size(Used) < ?LOGINS_MAX_COUNT,
    case IsFresh andalso User =:= account(Key) andalso is_proven(Host, User, Key, Nonce, Proof, Window) of
        false -> {false, State};
        true ->
            %% KEYPASS-4: for as long as the window's key is there, this password is spent.
            Spent = Window#window{used = Used#{Mark => []}},
            Known = case map_size(Names) < ?NAMES_MAX_COUNT of true -> Names#{User => []}; false -> Names end,
            {true, replace(Spent, State#state{names = Known})}
    end;
login(_, _, _, State) ->
    {false, State}.

is_proven(Host, User, Key, Nonce, Proof, #window{public = Public, secret = Secret}) ->
    %% KEYPASS-5: no key of another encoding, none of low order (which crypto refuses), not our own.
    <<Number:256/little>> = Key,
    true = Number < (1 bsl 255) - 19,
    true = Key =/= Public,
    Shared = crypto:compute_key(ecdh, Key, Secret, x25519),
    MacKey = mac([?PROTOCOL, <<" key">>], Shared),
    Covered = [v([?PROTOCOL, <<" client">>]), v(Host), v(User), v(Public), v(Key), v(Nonce)],
    crypto:hash_equals(mac(MacKey, Covered), Proof).

window(Id, #state{current = #window{id = Id} = Window}) -> Window;
window(Id, #state{previous = #window{id = Id} = Window}) -> Window.

replace(#window{id = Id} = Window, #state{current = #window{id = Id}} = State) -> State#state{current = Window};
replace(Window, State) -> State#state{previous = Window}.

window_id(Host, Public) ->
    binary:part(crypto:hash(sha512, [v([?PROTOCOL, <<" window">>]), v(Host), v(Public)]), 0, 16).

account(Key) ->
    <<Hash:20/binary, _/binary>> = crypto:hash(sha512, [v(?ACCOUNT_LABEL), v(Key)]),
    Digits = << <<(digit(Value))>> || <<Value:5>> <= Hash >>,
    <<"k1-", Digits/binary>>.

digit(Value) when Value < 26 -> $a + Value;
digit(Value) -> $2 + Value - 26.

mac(Key, Data) -> crypto:mac(hmac, sha512, iolist_to_binary(Key), Data).

v(Data) ->
    Bytes = iolist_to_binary(Data),
    <<(byte_size(Bytes)):32, Bytes/binary>>.
