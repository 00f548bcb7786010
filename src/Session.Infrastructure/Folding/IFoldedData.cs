namespace SessionService.Infrastructure.Folding;

/// <summary>Stored data that was made from folded texts, and must be renewed when the folding changes.</summary>
internal interface IFoldedData
{
    /// <summary>
    /// Renews everything that an earlier folding has left, piece by piece. Yields after each piece, so that the caller can rest.
    /// </summary>
    IAsyncEnumerable<int> RenewAsync(CancellationToken cancellationToken);
}
