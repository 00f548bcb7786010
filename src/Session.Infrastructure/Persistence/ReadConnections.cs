namespace SessionService.Infrastructure.Persistence;

/// <summary>Where a request reads: at the primary, unless the request has said that its answer may lag.</summary>
public sealed class ReadConnections(HostPools pools)
{
    /// <summary>Whether the answer may lack what was written last.</summary>
    public bool MayLag { get; set; }

    internal Database Database => new(MayLag ? pools.Current.Standby : pools.Current.Primary);
}
