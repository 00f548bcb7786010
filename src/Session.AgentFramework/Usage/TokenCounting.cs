namespace SessionService.AgentFramework;

/// <summary>Which tokens of a call of a model are the <c>tokens_used</c> of the message that the model answered.</summary>
public enum TokenCounting
{
    /// <summary>
    /// Those that the model wrote: the size of the message. A context with a budget counts messages by this number, so it is the right one
    /// where contexts are used.
    /// </summary>
    Output,

    /// <summary>Those that the model read and wrote: what the call used. Contexts then count each message far too large.</summary>
    Total,
}
