using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace SessionService.Infrastructure.Persistence;

/// <summary>
/// The hosts of the database that are equals. A sharded database answers any request at any of its nodes, so each host that the connection
/// string names is one. Of another database the hosts are a primary and its standbys, which are one host here.
/// </summary>
/// <remarks>
/// A request goes to the node that has the rows of its user, where that is named. So a node that does not answer holds up its own users
/// only, and no statement passes another node on its way. The map of the shards may be out of date: a request has the same answer at
/// every node.
/// </remarks>
public sealed class DatabaseHosts : IDisposable
{
    /// <summary>In place of a node that is not known.</summary>
    internal const int NoNode = -1;

    private readonly AsyncLocal<Choice?> _choice = new();
    private readonly Func<bool, string?, Func<NpgsqlConnection, CancellationToken, Task<bool>>?, DatabasePulse> _newPulse;

    // The nodes that are reached by way of the only host, each with a pulse of its own.
    private volatile DatabaseHost[] _behind = [];
    private volatile ShardMap? _shards;
    private int _turn;

    /// <param name="server">Names the hosts.</param>
    /// <param name="options">The patience of the pulses.</param>
    /// <param name="logger">Is told of the loss of a host.</param>
    /// <param name="time">The clock; that of the system for commands, which have no pulse.</param>
    public DatabaseHosts(
        DatabaseServer server, IOptions<PulseOptions> options, ILogger<DatabasePulse> logger, TimeProvider? time = null)
    {
        var names = server.EqualHosts;
        _newPulse = (ofPrimary, name, ask) =>
            new DatabasePulse(ofPrimary, options.Value.Patience, time ?? TimeProvider.System, logger, name, ask);
        All = names.Count == 1
            ? [new DatabaseHost(0, () => server.ConnectionString, Pulse(ofPrimary: true, name: null), Pulse(ofPrimary: false, name: null))]
            : [.. names.Select((name, index) =>
            {
                var pulse = Pulse(ofPrimary: true, name);
                return new DatabaseHost(index, () => server.ConnectionStringOf(name), pulse, pulse);
            })];

        DatabasePulse Pulse(bool ofPrimary, string? name) => _newPulse(ofPrimary, name, null);
    }

    public ImmutableArray<DatabaseHost> All { get; }

    /// <summary>Whether it makes a difference which user a request is of.</summary>
    public bool DifferByUser => All.Length > 1 || _behind.Length > 0;

    /// <summary>The host for what is done now: that of the request, or else one that answers.</summary>
    public DatabaseHost Current
    {
        get
        {
            if (!DifferByUser)
            {
                return All[0];
            }

            if (_choice.Value is not { } choice)
            {
                return NextThatAnswers();
            }

            if (choice.Hash is { } hash && _shards is { } shards && Named(shards.NodeOf(hash)) is { } ofUser)
            {
                return ofUser;
            }

            return choice.Otherwise.Primary.IsLost ? NextThatAnswers() : choice.Otherwise;
        }
    }

    /// <summary>
    /// Chooses the host for the rest of the calling method, and for what it calls and awaits: the node of a user, where that is named, and
    /// otherwise one that answers.
    /// </summary>
    public void Choose(string? userId)
    {
        if (DifferByUser)
        {
            _choice.Value = new Choice(userId is null ? null : ShardMap.HashOf(userId), NextThatAnswers());
        }
    }

    /// <summary>The node that has the rows of a user; one for all users where the database is not sharded.</summary>
    internal int NodeOf(string userId) => _shards is { } shards ? shards.NodeOf(ShardMap.HashOf(userId)) : NoNode;

    /// <summary>The host for statements about users of a node.</summary>
    internal DatabaseHost OfNode(int node) => !DifferByUser ? All[0] : Named(node) ?? NextThatAnswers();

    /// <summary>Notes where shards lie.</summary>
    /// <param name="host">The host that was asked.</param>
    /// <param name="node">The node that it is.</param>
    /// <param name="shards">What it says.</param>
    internal void Learn(DatabaseHost host, int node, ShardMap shards)
    {
        host.Node = node;
        _shards = shards;
    }

    /// <summary>The nodes with users that are reached by way of the only host, and have no pulse yet.</summary>
    internal IReadOnlyList<int> NodesWithoutPulse() =>
        All.Length == 1 && All[0].Node != NoNode && _shards is { } shards ? [.. shards.Nodes.Where(node => Named(node) is null)] : [];

    /// <summary>Gives a node that is reached by way of the only host a pulse. The caller runs it.</summary>
    /// <param name="node">The node.</param>
    /// <param name="ask">Asks something of the node by way of the host, and answers false. An answer that does not come is a loss.</param>
    internal DatabasePulse AddPulseOf(int node, Func<NpgsqlConnection, ShardMap, CancellationToken, Task<bool>> ask)
    {
        var pulse = _newPulse(true, $"of node {node}", (connection, cancellationToken) => ask(connection, _shards!, cancellationToken));
        _behind = [.. _behind, new DatabaseHost(All[0].Index, () => All[0].ConnectionString, pulse, pulse) { Node = node }];
        return pulse;
    }

    public void Dispose()
    {
        foreach (var host in All.Concat(_behind))
        {
            host.Primary.Dispose();
            host.Standby.Dispose();
        }
    }

    /// <summary>
    /// The host of a node. A node and its standby may both be named; the one that takes writes counts. Where none answers, the users of the
    /// node are answered at once that it is lost, and hold up nobody at another host.
    /// </summary>
    private DatabaseHost? Named(int node)
    {
        DatabaseHost? lost = null;
        foreach (var host in All)
        {
            if (node != NoNode && host.Node == node)
            {
                if (!host.Primary.IsLost)
                {
                    return host;
                }

                lost = host;
            }
        }

        return lost ?? Array.Find(_behind, host => host.Node == node);
    }

    private DatabaseHost NextThatAnswers()
    {
        var turn = (uint)Interlocked.Increment(ref _turn);
        for (var i = 0; i < All.Length; i++)
        {
            var host = All[(int)((turn + i) % All.Length)];
            if (!host.Primary.IsLost)
            {
                return host;
            }
        }

        return All[(int)(turn % All.Length)];
    }

    /// <param name="Hash">The hash of the user, if one is known.</param>
    /// <param name="Otherwise">The host where no host is that of the user.</param>
    private sealed record Choice(int? Hash, DatabaseHost Otherwise);
}
