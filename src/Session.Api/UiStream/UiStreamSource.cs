using SessionService.Api.Live;
using SessionService.Application.Deltas;
using SessionService.Application.Messages;
using SessionService.Domain.Messages;

namespace SessionService.Api.UiStream;

/// <summary>The chunks of one message in progress, until it is completed. The first look is from the beginning.</summary>
internal sealed class UiStreamSource(IServiceScopeFactory scopes, string userId, Guid sessionId, long sequence) : IEventSource
{
    private const int DeltasAtOnce = 200;

    private readonly UiChunks _chunks = new();
    private bool _hasBegun;
    private int _next;

    public async Task<EventPage> ReadAsync(long version, CancellationToken cancellationToken)
    {
        // Of the primary, since a wake-up comes before a standby has the change.
        await using var scope = scopes.CreateAsyncScope();
        var reader = scope.ServiceProvider.GetRequiredService<IMessageReader>();
        var store = scope.ServiceProvider.GetRequiredService<IOpenMessageStore>();

        // Before the deltas: those of a message that is still in progress are all there.
        var found = await reader.FindAsync(userId, [new MessagePosition(sessionId, sequence)], cancellationToken);
        if (found is not [var message])
        {
            return EventPage.Nothing with { IsEnd = true };
        }

        var isOpen = message.Status == MessageStatuses.InProgress;
        var deltas = isOpen ? await store.ReadAsync(userId, sessionId, sequence, _next, DeltasAtOnce, cancellationToken) : [];

        // Nothing is written before everything is read: a look that fails is made again.
        if (!_hasBegun)
        {
            _chunks.Begin(message.MessageId);
            if (isOpen)
            {
                _chunks.Add(message.Content, message.Parts);
            }
        }

        foreach (var delta in deltas)
        {
            _chunks.Add(delta.Text ?? "", delta.Parts);
        }

        _next += deltas.Count;
        if (!isOpen)
        {
            _chunks.AddRest(message.Content, message.Parts);
            _chunks.End();
        }

        _hasBegun = true;
        var bytes = _chunks.Take();
        return new EventPage(bytes, Events: bytes.Length == 0 ? 0 : 1, IsLast: deltas.Count < DeltasAtOnce, IsEnd: !isOpen);
    }
}
